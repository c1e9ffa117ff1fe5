# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd units: one ``systemctl show`` for all units of a host, compared with what they should be."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from . import model
from .run import must, run

PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,ExecMainStartTimestampMonotonic,InvocationID,MainPID,Type,Result"
)
#: states in which "enabled" has nothing left to do
ENABLED = {"enabled", "enabled-runtime", "static", "alias", "indirect", "generated", "linked"}
STARTS = {"start", "restart", "reload"}
RUNNING = {"active", "reloading", "activating", "refreshing"}


class Unit(NamedTuple):
    load: str
    active: str
    enabled: bool
    masked: bool
    needs_daemon_reload: bool
    started_at: float
    identity: str
    pid: int
    oneshot: bool


MISSING = Unit("not-found", "inactive", False, False, False, 0.0, "", 0, False)


def read(names: list[str]) -> dict[str, Unit]:
    """All ``names`` at once. A host without systemd has no units: every one reads as missing."""
    if not names:
        return {}
    shown = run(["systemctl", "show", "--no-pager", "-p", PROPERTIES, "--", *names], timeout=20)
    if shown.code != 0:
        return dict.fromkeys(names, MISSING)
    return parse(shown.output, names, time.time() - time.monotonic())


def parse(output: str, names: list[str], boot: float) -> dict[str, Unit]:
    """``boot`` (s, epoch) turns systemd's monotonic microseconds into wall time; the blocks come in the order asked for."""
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in output.split("\n\n")]
    return {name: _unit(block, boot) for name, block in zip(names, blocks)}


def _unit(show: dict[str, str], boot: float) -> Unit:
    started = int(show.get("ExecMainStartTimestampMonotonic") or 0) / 1e6
    return Unit(
        load=show.get("LoadState", "not-found"),
        active=show.get("ActiveState", "inactive"),
        enabled=show.get("UnitFileState") in ENABLED,
        masked=show.get("LoadState") == "masked",
        needs_daemon_reload=show.get("NeedDaemonReload") == "yes",
        started_at=boot + started if started else 0.0,
        identity=show.get("InvocationID", ""),
        pid=int(show.get("MainPID") or 0),
        oneshot=show.get("Type") == "oneshot",
    )


def wanted_value(spec: dict[str, Any]) -> dict[str, Any]:
    return {field: spec[field] for field in ("state", "enabled") if spec.get(field) is not None}


def live_value(wanted: dict[str, Any], unit: Unit) -> dict[str, Any]:
    seen = {"state": "started" if unit.active in RUNNING else "stopped", "enabled": unit.enabled}
    return {field: seen[field] for field in wanted}


def plan(desired: dict[str, dict[str, Any]], live: dict[str, Unit], last: dict[str, Any]) -> list[model.Change]:
    """One change per unit and field, so that a report can tell a stopped unit from a disabled one."""
    changes = []
    for name, spec in desired.items():
        unit, want = live.get(name, MISSING), wanted_value(spec)
        have, was = live_value(want, unit), last.get(f"unit:{name}") or {}
        if unit.needs_daemon_reload:
            changes.append(model.Change(f"unit:{name}", "daemon-reload", model.CORRECTIVE, why="systemd holds an older unit file"))
        for field, action in (("enabled", ("disable", "enable")), ("state", ("stop", "start"))):
            if field in want and have[field] != want[field]:
                act = action[want[field] in (True, "started")]
                origin = model.origin(want[field], was.get(field), have[field])
                changes.append(model.Change(f"unit:{name}", act, origin, {field: [have[field], want[field]]}))
    return changes


def health(spec: dict[str, Any], unit: Unit) -> str:
    if spec.get("state") != "started":
        return "Healthy"
    if unit.load == "not-found":
        return "Missing"
    if unit.active in ("activating", "reloading"):
        return "Progressing"
    return "Healthy" if unit.active == "active" else "Degraded"


def apply(change: model.Change, unit: Unit) -> None:
    """Carry out one planned change of a unit."""
    name = change.resource.partition(":")[2]
    if change.action == "daemon-reload":
        must(["systemctl", "daemon-reload"])
        return
    if change.action in ("enable", "start"):
        unmask(name, unit)
    tell(name, change.action)


def unmask(name: str, unit: Unit) -> None:
    """A mask until the next boot is another one than a mask for good, and each lifts only its own."""
    if unit.masked:
        must(["systemctl", "unmask", name])
        must(["systemctl", "unmask", "--runtime", name])


def tell(name: str, action: str) -> None:
    """One verb of systemctl. Whatever starts is given a fresh count of starts first: somebody's bad file may have used it up."""
    _forget_failures(name, action)
    must(["systemctl", action, name], timeout=120)


def try_to(name: str, action: str) -> None:
    """The same, where a failure is no news."""
    _forget_failures(name, action)
    run(["systemctl", action, name], timeout=120)


def _forget_failures(name: str, action: str) -> None:
    if action in STARTS:
        run(["systemctl", "reset-failed", name, *_triggers(name)])


def _triggers(name: str) -> list[str]:
    """The sockets, paths and timers that start it: they fail with it, and are needed for its start."""
    shown = run(["systemctl", "show", "-p", "TriggeredBy", "--value", "--", name], timeout=20)
    return shown.output.split() if shown.code == 0 else []


def log_tail(name: str) -> str:
    return run(["journalctl", "-u", name, "-n", "15", "--no-pager", "-o", "cat"], timeout=20).output
