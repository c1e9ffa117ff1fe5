# SPDX-License-Identifier: GPL-3.0-or-later
"""A measurement counts only when every contender did the work: sees nothing to do when there is nothing, and what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contenders import Contender, Outcome
from benchmarks.fleet import Fleet
from benchmarks.settings import BenchError

DRIFTED = "/etc/bench/app.yaml"


def no_op(contender: Contender, fleet: Fleet, outcome: Outcome) -> None:
    """Void unless it looked at every host, wanted to change none, and (ours) called each once."""
    missing = set(fleet.names) - set(outcome.changes)
    if missing:
        raise BenchError(f"Void: {contender.title} says nothing about {', '.join(sorted(missing))}.")
    busy = {host: changes for host, changes in outcome.changes.items() if changes}
    if busy:
        host, changes = next(iter(busy.items()))
        raise BenchError(f"Void: {contender.title} has something to do on {len(busy)} hosts; on {host}: {', '.join(changes)}.")
    chatty = {host: calls for host, calls in outcome.remote_calls.items() if calls != 1}
    if chatty:
        raise BenchError(f"Void: {contender.title} made more than one remote call: {chatty}.")


def detects(contender: Contender, fleet: Fleet, sockets: Path) -> None:
    """One file is changed on one host: check mode has to name it, and nothing else, and to leave it as it is."""
    host = fleet.names[-1]
    with _drift(fleet, host) as is_drifted:
        outcome = contender.run(fleet, True, sockets)
        if not is_drifted():
            raise BenchError(f"Void: {contender.title} repaired {DRIFTED} in check mode.")
    found = {name: changes for name, changes in outcome.changes.items() if changes}
    if found != {host: [contender.finds]}:
        raise BenchError(f"Void: {contender.title} was to find {contender.finds} on {host}; it found {found or 'nothing'}.")


@contextmanager
def _drift(fleet: Fleet, host: str) -> Iterator[Callable[[], bool]]:
    def run(script: str) -> int:
        return int(fleet.container(host).exec_run(["sh", "-c", script]).exit_code)

    changed = f"cp -p {DRIFTED} {DRIFTED}.bench && echo '# drift' >> {DRIFTED}"
    if run(changed):
        raise BenchError(f"{DRIFTED} could not be changed on {host}.")
    try:
        yield lambda: run(f"tail -n 1 {DRIFTED} | grep -qx '# drift'") == 0
    finally:
        run(f"mv {DRIFTED}.bench {DRIFTED}")
