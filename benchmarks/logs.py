# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host pays for shipping its logs: processor, memory and bytes, while a container says 1,000 lines a second.

    python -m benchmarks.logs [--seconds 60] [--rate 1000] [--keep]

One lab host keeps and ships (tests/integration/logs). First nobody ships and the processes of Docker alone are measured, then the shipper
is there as well. Processor time is read of each process, so that what else the machine does is not in it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.deploys import RESULTS
from tests.integration.logs.machine import SHELL, Machine

SHIPPER = ("syslog-ng", "log-containers")
STORES = ("victoria-logs-p",)
DOCKER = ("dockerd", "containerd-shim")
#: as EchoDiary says that it was asked
LINE = {
    "time": "2026-12-01T00:00:00.000+00:00", "level": "INFO", "logger": "echodiary.access", "message": "GET /entries/424242 200",
    "request_id": "0123456789abcdef0123456789abcdef", "pid": 7, "method": "GET",
    "path": "/entries/424242", "handler": "/entries/{entry_id}", "status": 200, "duration_ms": 3.2, "client": "10.0.0.1",
}  # fmt: skip
PROCESSES = r"""
import glob, json, os
found = {}
for place in glob.glob("/proc/[0-9]*"):
    try:
        name = open(place + "/comm").read().strip()
        fields = open(place + "/stat").read().rpartition(") ")[2].split()
        rss = int(open(place + "/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        continue
    one = found.setdefault(name, [0.0, 0])
    one[0] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    one[1] += rss
print(json.dumps(found))
"""


class Seen(NamedTuple):
    """Of processes together: share of one processor, in percent, and bytes of memory."""

    processor: float
    memory: int


class Phase(NamedTuple):
    lines: int
    seconds: float
    seen: dict[str, Seen]
    arrived: int
    sent_bytes: int
    kept_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--keep", action="store_true", help="leave the host")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        host = Machine(Path(place))
        try:
            host.converge()
            phases = {"without": phase(host, False, given.rate, given.seconds), "with": phase(host, True, given.rate, given.seconds)}
        finally:
            if not given.keep:
                host.destroy()
    write(given.rate, phases)


def phase(host: Machine, ships: bool, rate: int, seconds: int) -> Phase:
    host.sh(f"systemctl {'start' if ships else 'stop'} echodiary-log-containers echodiary-log-shipper")
    time.sleep(5)
    before, bytes_before, word = processes(host), sent(host), f"bench{time.time_ns()}"
    began = time.monotonic()
    lines = say(host, word, rate, seconds)
    time.sleep(3)
    took, after = time.monotonic() - began, processes(host)
    groups = {"shipper": SHIPPER, "stores": STORES, "Docker": DOCKER}
    seen = {title: of(names, before, after, took) for title, names in groups.items()}
    return Phase(lines, took, seen, host.number(f"bench:{word}"), sent(host) - bytes_before, kept(host))


def say(host: Machine, word: str, rate: int, seconds: int) -> int:
    """By a container that repeats what it is told."""
    command = ["docker", "exec", "-i", host.container, "docker", "run", "--rm", "-i", SHELL, "/bin/cat"]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin
        for number in range(rate * seconds):
            process.stdin.write((json.dumps({**LINE, "request_id": f"{word}-{number}", "bench": word}) + "\n").encode())
            ahead = number / rate - (time.monotonic() - began)
            if ahead > 0.02:
                process.stdin.flush()
                time.sleep(ahead)
        process.stdin.flush()
        time.sleep(3)
        process.stdin.close()
    return rate * seconds


def processes(host: Machine) -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(host.sh(f"python3 -c '{PROCESSES}'"))
    return found


def of(names: tuple[str, ...], before: dict[str, list[float]], after: dict[str, list[float]], seconds: float) -> Seen:
    mine = [name for name in after if name.startswith(names)]
    used = sum(after[name][0] - before.get(name, [0.0])[0] for name in mine)
    return Seen(100 * used / seconds, int(sum(after[name][1] for name in mine)))


def metric(host: Machine, name: str) -> int:
    told = host.sh("curl -s --config /etc/echodiary/logs/curl http://127.0.0.1:9428/metrics")
    return int(sum(float(line.rpartition(" ")[2]) for line in told.splitlines() if line.startswith(name)))


def sent(host: Machine) -> int:
    return metric(host, 'vl_bytes_ingested_total{type="jsonline"')


def kept(host: Machine) -> int:
    return metric(host, "vl_data_size_bytes{")


def write(rate: int, phases: dict[str, Phase]) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    rows = [f"| {title} | {group} | {one.processor:.1f} % | {one.memory / 1e6:.0f} MB |" for title, phase in phases.items()
            for group, one in phase.seen.items() if one.memory]  # fmt: skip
    ships = phases["with"]
    each = ships.sent_bytes / max(ships.lines, 1)
    came = f"{ships.lines:,} lines were said, {ships.arrived:,} were found; {each:.0f} bytes a line were sent"
    text = "\n".join([
        f"# What shipping logs costs a host, at {rate:,} lines a second", "",
        "Shares of one processor; memory is what is resident. The stores run on the same host here, on a monitoring host else.", "",
        "| shipper | processes | processor | memory |", "|---|---|---|---|", *rows, "",
        f"{came}, and the store had {ships.kept_bytes / 1e6:.1f} MB on its disk afterwards.", "",
    ])  # fmt: skip
    (RESULTS / f"logs-{stamp}.md").write_text(text)
    (RESULTS / f"logs-{stamp}.json").write_text(json.dumps(phases, indent=2) + "\n")
    print(text)


if __name__ == "__main__":
    main()
