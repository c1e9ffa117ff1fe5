# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m benchmarks`: start hosts, prove that everybody does the work, measure, report, remove the hosts."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import contenders, fleet, proof, report, rounds, settings
from benchmarks.contenders import Contender
from benchmarks.fleet import Fleet
from benchmarks.settings import PEERS, RESULTS, ROOT, BenchError, Settings
from lab.errors import LabError


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        chosen = settings.read(os.environ)
        everyone = contenders.everyone()
        run(chosen, [one for one in everyone if not chosen.contenders or one.key in chosen.contenders])
    except (BenchError, LabError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("bench: interrupted; hosts may be left, the next run finds and removes them\n")
        return 130
    return 0


def run(chosen: Settings, everyone: list[Contender]) -> None:
    stamp = datetime.now(UTC)
    known = facts(stamp)
    every_host = fleet.start(max(chosen.sizes))
    results = {size: rounds.empty(everyone) for size in chosen.sizes}
    try:
        with connections(every_host) as sockets:
            prepare(every_host, sockets)
            prove(everyone, every_host, sockets)
            for size, samples in results.items():
                rounds.measure(samples, everyone, every_host.first(size), chosen, sockets, say)
    except KeyboardInterrupt:
        say("interrupted: this is what there is")
    finally:
        if not chosen.keep:
            fleet.stop(every_host)
    readable = report.text(results, everyone, known)
    path = report.write(RESULTS, stamp, report.document(results, known), readable)
    say(f"\n{readable}\nAll numbers: {path.relative_to(ROOT)}")


def prepare(every_host: Fleet, sockets: Path) -> None:
    """The hosts become what is declared; that the others then find nothing to do shows that they declare the same."""
    outcome = contenders.ours(every_host, False, sockets)
    say(f"prepared {len(every_host.names)} hosts in {outcome.took.wall:.1f} s")
    # pyinfra insists on blanks around the sign in the sysctl file; to the others it is the same line.
    contenders.pyinfra(every_host, False, sockets)


def prove(everyone: list[Contender], every_host: Fleet, sockets: Path) -> None:
    """On one host: it is the same code for any number. That there is nothing to do is checked again in every single run."""
    one = every_host.first(1)
    for contender in everyone:
        for mode in contender.modes:
            proof.no_op(contender, one, contender.run(one, mode == "check", sockets))
        if contender.finds:
            proof.detects(contender, one, sockets)
            say(f"proved {contender.title}: nothing to do, and finds the changed file")


@contextmanager
def connections(every_host: Fleet) -> Iterator[Path]:
    """A directory for connections that stay open between runs; its path is short, as paths of sockets have to be."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sockets = Path(folder)
        try:
            yield sockets
        finally:
            for address in every_host.addresses.values():
                end = every_host.ssh(address, ["-o", f"ControlPath={sockets}/%C", "-O", "exit"])
                subprocess.run(end, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)


def facts(stamp: datetime) -> dict[str, Any]:
    """When, where, with what. Nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "when": f"{stamp:%Y-%m-%d %H:%M} UTC",
        "revision": _revision(),
        "machine": {"cores": os.cpu_count(), "memory_gib": round(memory), "load": round(os.getloadavg()[0], 2)},
        "versions": {"Python": platform.python_version(), **_packages(), "OpenSSH": _ssh()},
    }


def _packages() -> dict[str, str]:
    return {"ansible-core": metadata.version("ansible-core"), **{name: _version_of_peer(name) for name in ("mitogen", "pyinfra")}}


def _version_of_peer(name: str) -> str:
    found = next(PEERS.glob(f"lib/python3*/site-packages/{name}-*.dist-info"), None)
    if found is None:
        raise BenchError(f"{name} is missing in {PEERS.name}. Run: make bench")
    return found.name.removeprefix(f"{name}-").removesuffix(".dist-info")


def _revision() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True, timeout=10, check=False
    )
    return done.stdout.strip() or "unknown"


def _ssh() -> str:
    said = subprocess.run(["ssh", "-V"], capture_output=True, text=True, timeout=10, check=True).stderr
    return said.split(",")[0].removeprefix("OpenSSH_").split()[0]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
