# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is measured. A contender does its work on a fleet and tells what it found; how long it took is measured around it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.fleet import Fleet
from benchmarks.measure import Took
from benchmarks.settings import HERE, PEERS, ROOT, TREE, BenchError, ansible_playbook
from benchmarks.settings import pyinfra as pyinfra_program
from gitops import exits

PERSIST = ["-o", "ControlMaster=auto", "-o", "ControlPersist=15m"]
MODES = ("no-op", "check")
#: As in ansible.cfg, without keeping connections.
ANEW = ["-o", "ControlMaster=no", "-o", "ControlPath=none"]
#: ours as in ansible.cfg, and what tells us what it did
WARM = {"ANSIBLE_CALLBACKS_ENABLED": "echodiary.infra.warm,bench_stats"}
KEYS_ONLY = ["-o", "PreferredAuthentications=publickey"]


@dataclass(frozen=True)
class Outcome:
    """What a run said: host -> names of what it changed (or would change); remote calls of converge where it counts them."""

    took: Took
    changes: dict[str, list[str]]
    remote_calls: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Contender:
    """`run(fleet, check, sockets)`: one whole run; `sockets` is the directory of the kept connections.

    `keeps` says whether it uses connections that are already open. `finds` is what it calls the drifted file; empty for a
    contender that only reads. `modes`: what it can be asked for.
    """

    key: str
    title: str
    keeps: bool
    finds: str
    run: Callable[[Fleet, bool, Path], Outcome]
    modes: tuple[str, ...] = MODES


def everyone() -> list[Contender]:
    drifted = "Write the application's configuration"
    return [
        Contender("floor", "floor", True, "", floor(PERSIST), ("no-op",)),
        Contender("floor-anew", "floor, connecting anew", False, "", floor(ANEW), ("no-op",)),
        Contender("ours", "ours", True, "file:/etc/bench/app.yaml", ours),
        Contender("ours-anew", "ours, connecting anew", False, "file:/etc/bench/app.yaml", ours_anew),
        Contender("drift", "ours, drift report", True, "file:/etc/bench/app.yaml", drift, ("check",)),
        Contender("pyinfra", "pyinfra", False, "Write /etc/bench/app.yaml", pyinfra),
        Contender("mitogen", "Ansible tasks, Mitogen", True, drifted, mitogen),
        Contender("ansible", "Ansible tasks, tuned", True, drifted, ansible),
    ]


def ours(fleet: Fleet, check: bool, sockets: Path, more: Mapping[str, str] | None = None) -> Outcome:
    return playbook("ours.yml", fleet, check, sockets, {**WARM, **(more or {})})


def ours_anew(fleet: Fleet, check: bool, sockets: Path) -> Outcome:
    return ours(fleet, check, sockets, {"ANSIBLE_SSH_ARGS": shlex.join([*ANEW, *KEYS_ONLY])})


def drift(fleet: Fleet, check: bool, sockets: Path) -> Outcome:
    """All that a user of `gitops status` waits for: the check, judged, remembered and written as a page, Markdown and metrics."""
    place, log = fleet.folder / "drift", fleet.folder / "errors.log"
    command = [sys.executable, "-m", "gitops", "-i", str(fleet.ansible_inventory()), "--environment", "bench", "-o", "json"]
    command += [
        "--state",
        str(place / "state"),
        "--reports",
        str(place / "reports"),
        "--policy",
        str(_empty_policy(fleet.folder)),
        "status",
    ]
    environment = {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets), "ANSIBLE_ROLES_PATH": str(HERE / "roles")}
    took, code, output = measure.timed(command, environment, log)
    if code not in (exits.GOOD, exits.OUT_OF_SYNC, exits.DEGRADED):
        raise BenchError(f"gitops status failed ({code}): {(log.read_text(encoding='utf-8') + output).strip()[-1500:]}")
    found = json.loads((place / "reports" / "bench" / "report.json").read_text(encoding="utf-8"))["hosts"]
    return Outcome(took, {host["name"]: list(_differing(host)) for host in found if host["sync"] != "Unknown"})


def _empty_policy(folder: Path) -> Path:
    path = folder / "policy.yml"
    path.write_text("{}", encoding="utf-8")
    return path


def _differing(host: Mapping[str, Any]) -> Iterator[str]:
    for component in host["components"]:
        yield from (found["resource"] for found in component["resources"] if found["sync"] != "Synced")


def ansible(fleet: Fleet, check: bool, sockets: Path) -> Outcome:
    return playbook("ordinary.yml", fleet, check, sockets, {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"})


def mitogen(fleet: Fleet, check: bool, sockets: Path) -> Outcome:
    strategies = _mitogen_strategies(fleet.folder / "mitogen")
    # Mitogen calls ssh itself and knows nothing of Ansible's control path: told so, it finds the open connections.
    arguments = [*PERSIST, "-o", f"ControlPath={sockets}/%C", *KEYS_ONLY]
    return playbook(
        "ordinary.yml",
        fleet,
        check,
        sockets,
        {
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_STRATEGY": "mitogen_linear",
            "ANSIBLE_STRATEGY_PLUGINS": str(strategies),
            "ANSIBLE_SSH_ARGS": shlex.join(arguments),
        },
    )


def _mitogen_strategies(folder: Path) -> Path:
    """A directory with Mitogen and nothing else: its strategy puts its own surroundings first on the path of modules."""
    folder.mkdir(exist_ok=True)
    for name in ("mitogen", "ansible_mitogen"):
        package = next(PEERS.glob(f"lib/python3*/site-packages/{name}"), None)
        if package is None:
            raise BenchError(f"{name} is missing in {PEERS.name}. Run: make bench")
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(package)
    return folder / "ansible_mitogen" / "plugins" / "strategy"


def playbook(name: str, fleet: Fleet, check: bool, sockets: Path, more: Mapping[str, str]) -> Outcome:
    stats, log = fleet.folder / "stats.json", fleet.folder / "errors.log"
    stats.unlink(missing_ok=True)
    command = [ansible_playbook(), "-i", str(fleet.ansible_inventory()), str(HERE / name)]
    environment = {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "bench_stats",
        "BENCH_STATS": str(stats),
        **more,
    }
    took, code, output = measure.timed([*command, "--check"] if check else command, environment, log)
    hosts = json.loads(stats.read_text(encoding="utf-8")) if stats.exists() else {}
    failed = [text for host in hosts.values() for text in host["failed"]]
    if code or failed or not hosts:
        said = "; ".join(failed) or (log.read_text(encoding="utf-8") + output).strip()[-1500:]
        raise BenchError(f"{name}: ansible-playbook failed ({code}): {said}")
    calls = {host: data["remote_calls"] for host, data in hosts.items() if data["remote_calls"]}
    return Outcome(took, {host: data["changes"] for host, data in hosts.items()}, calls)


def pyinfra(fleet: Fleet, check: bool, sockets: Path) -> Outcome:
    """pyinfra has its own ssh client, which cannot keep connections from one run to the next."""
    log = fleet.folder / "errors.log"
    command = [pyinfra_program(), "--json", "--sudo", "--dry" if check else "--yes"]
    command += [str(fleet.pyinfra_inventory()), str(HERE / "pyinfra_deploy.py")]
    took, code, output = measure.timed(command, {}, log)
    if code:
        raise BenchError(f"pyinfra failed ({code}): {log.read_text(encoding='utf-8').strip()[-1500:]}")
    said = json.loads(output)
    key, operations = ("hosts_with_change", said["plan"]) if check else ("success", said["results"]["operations"])
    if not check and said["results"]["failed_hosts"]:
        raise BenchError(f"pyinfra failed on {', '.join(said['results']['failed_hosts'])}")
    found = {host: [name for operation in operations if host in operation[key] for name in operation["names"]] for host in fleet.names}
    return Outcome(took, found)


def floor(options: list[str]) -> Callable[[Fleet, bool, Path], Outcome]:
    """The least that any tool has to do which works over ssh and in Python: get there, become root, start, read the files."""
    paths = sorted("/" + str(path.relative_to(TREE)).removesuffix(".j2") for path in TREE.rglob("*") if path.is_file())
    read = f"print(sum(len(open(p,'rb').read())>0 for p in {paths!r}))"
    remote = shlex.join(["sudo", "-n", "/usr/bin/python3", "-ISB", "-c", read])

    def run(fleet: Fleet, check: bool, sockets: Path) -> Outcome:
        kept = [] if options is ANEW else ["-o", f"ControlPath={sockets}/%C"]
        commands = [[*fleet.ssh(address, [*options, *kept, *KEYS_ONLY]), remote] for address in fleet.addresses.values()]
        took, outputs = measure.timed_together(commands)
        if any(output.strip() != str(len(paths)) for output in outputs):
            raise BenchError(f"floor: a host did not read all {len(paths)} files: {outputs}")
        return Outcome(took, {host: [] for host in fleet.names})

    return run
