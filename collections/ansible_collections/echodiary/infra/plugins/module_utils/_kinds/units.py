# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd units: one ``systemctl show`` for all units of a host, compared with what they should be."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from .._host.run import must, run
from .._ledger import shapes
from . import model

if TYPE_CHECKING:
    from . import documents, remembered

NAME, KEY, SHARED = "unit", "units", model.ALONE
WORDS, PREFIX = ("unit", "units"), ""
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {
    "state": {"type": "str", "choices": ["started", "stopped"]},
    "enabled": {"type": "bool"},
    "consumes": {"type": "list", "elements": "str", "default": []},
}
SHAPE = shapes.kind(dict)
#: where unit files of ours lie
FOLDER = "/etc/systemd/system/"
#: where packages have theirs, and links of their own that enable some
BROUGHT = "/usr/lib/systemd/system"

PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,ExecMainStartTimestampMonotonic,InvocationID,MainPID,Type,Result,"
    "ActiveEnterTimestampMonotonic,FragmentPath,DropInPaths,EnvironmentFiles"
)
#: what systemctl says once for each
_SEVERAL = "EnvironmentFiles"
#: states in which "enabled" has nothing left to do, whatever links there are
ENABLED = {"static", "alias", "indirect", "generated", "linked"}
#: those of them that nobody can disable
FIXED = {"static", "alias", "indirect", "generated"}
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
    #: there is nothing to enable or disable
    fixed: bool = False
    #: what systemd has read: the unit's own file, what was merged into it, and what is read when it starts
    fragment: str = ""
    drop_ins: tuple[str, ...] = ()
    environment_files: tuple[str, ...] = ()


MISSING = Unit("not-found", "inactive", False, False, False, 0.0, "", 0, False)


def observe(names: list[str]) -> dict[str, Unit]:
    """All ``names`` at once. A host without systemd has no units: every one reads as missing."""
    if not names:
        return {}
    shown = run(["systemctl", "show", "--no-pager", "-p", PROPERTIES, "--", *names], timeout=20)
    if shown.code != 0:
        return dict.fromkeys(names, MISSING)
    return parse(shown.output, names, time.time() - time.monotonic(), Links(linked(FOLDER), linked(BROUGHT)))


class Links(NamedTuple):
    """Names of units that links enable for good: people's, and those that packages brought."""

    own: frozenset[str]
    brought: frozenset[str] = frozenset()


def linked(folder: str) -> frozenset[str]:
    """Units that others want, or that are known by another name, in ``folder``. What systemd says of it is as of its last reload."""
    found: set[str] = set()
    for entry in _entries(folder):
        if entry.is_symlink():
            found.add(os.path.basename(os.readlink(entry.path)))
        elif entry.name.endswith((".wants", ".requires", ".upholds")):
            found.update(one.name for one in _entries(entry.path))
    return frozenset(found)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def parse(output: str, names: list[str], boot: float, links: Links) -> dict[str, Unit]:
    """``boot`` (s, epoch) turns systemd's monotonic microseconds into wall time; the blocks come in the order asked for."""
    found = {name: _properties(block) for name, block in zip(names, output.split("\n\n"))}
    return {name: _unit(show, boot, _enabled(name, show.get("UnitFileState", ""), links)) for name, show in found.items()}


def _enabled(name: str, state: str, links: Links) -> bool:
    return name in links.own or state in ENABLED or (state == "enabled" and name in links.brought)


def _properties(block: str) -> dict[str, str]:
    pairs = [line.split("=", 1) for line in block.splitlines() if "=" in line]
    return {**dict(pairs), _SEVERAL: "\n".join(value for key, value in pairs if key == _SEVERAL)}


def _unit(show: dict[str, str], boot: float, enabled: bool) -> Unit:
    # what has no process of its own began when it became active
    began = show.get("ExecMainStartTimestampMonotonic", show.get("ActiveEnterTimestampMonotonic"))
    started = int(began or 0) / 1e6
    return Unit(
        load=show.get("LoadState", "not-found"),
        active=show.get("ActiveState", "inactive"),
        enabled=enabled,
        masked=show.get("LoadState") == "masked",
        needs_daemon_reload=show.get("NeedDaemonReload") == "yes",
        started_at=boot + started if started else 0.0,
        identity=show.get("InvocationID", ""),
        pid=int(show.get("MainPID") or 0),
        oneshot=show.get("Type") == "oneshot",
        fixed=show.get("UnitFileState") in FIXED,
        fragment=show.get("FragmentPath", ""),
        drop_ins=_words(show.get("DropInPaths", "")),
        environment_files=tuple(line.rpartition(" (ignore_errors=")[0] for line in show[_SEVERAL].splitlines() if line),
    )


def _words(text: str) -> tuple[str, ...]:
    """Quoted as a shell would have it where there are blanks."""
    if '"' not in text and "\\" not in text:
        return tuple(text.split())
    import shlex  # only for names that hardly anybody gives

    return tuple(shlex.split(text))


def checked(given: dict[str, documents.UnitSpec]) -> dict[str, documents.UnitSpec]:
    for name in given:
        if "." not in name:
            raise model.ConvergeError(f"unit '{name}' needs its suffix, as in '{name}.service'")
    return {name: cast("documents.UnitSpec", {key: one for key, one in spec.items() if one is not None}) for name, spec in given.items()}


def entries(declared: Mapping[str, documents.UnitSpec]) -> Mapping[str, model.Json]:
    return cast("Mapping[str, model.Json]", declared)


def values(declared: Mapping[str, documents.UnitSpec]) -> dict[str, remembered.UnitValue]:
    return {name: wanted_value(spec) for name, spec in declared.items()}


def wanted_value(spec: documents.UnitSpec) -> remembered.UnitValue:
    value: remembered.UnitValue = {}
    if spec.get("state") is not None:
        value["state"] = spec["state"]
    if spec.get("enabled") is not None:
        value["enabled"] = spec["enabled"]
    return value


def found(want: remembered.UnitValue, seen: Unit | None) -> remembered.UnitValue | None:
    if seen is None or seen.load == "not-found":
        return None
    value: remembered.UnitValue = {}
    if "state" in want:
        value["state"] = "started" if seen.active in RUNNING else "stopped"
    if "enabled" in want:
        value["enabled"] = seen.enabled
    return value


def plan(declared: Mapping[str, documents.UnitSpec], seen: Mapping[str, Unit], last: model.Applied) -> list[model.Change]:
    """One change per unit and field, so that a report can tell a stopped unit from a disabled one."""
    changes = []
    for name, want in values(declared).items():
        unit = seen.get(name, MISSING)
        if unit.needs_daemon_reload:
            why = "systemd holds an older unit file"
            changes.append(model.Change(model.Resource(NAME, name), "daemon-reload", model.CORRECTIVE, why=why))
        changes += _hindered(name, want, unit, name in last.values)
        changes += _differences(name, want, unit, cast("remembered.UnitValue", last.values.get(name) or {}))
    return [*changes, *_removals(set(declared), seen, last)]


def _hindered(name: str, want: remembered.UnitValue, unit: Unit, known: bool) -> Iterator[model.Change]:
    """What keeps it from its next start, though its process may go on running."""
    origin = model.CORRECTIVE if known else model.PENDING
    if unit.masked and want.get("state") != "stopped" and want.get("enabled") is not False:
        yield model.Change(model.Resource(NAME, name), "unmask", origin, {"masked": [True, False]})
    elif unit.load in ("bad-setting", "error") and not unit.needs_daemon_reload:
        why = f"systemd cannot make a unit of its files; see why: systemd-analyze verify {name}"
        yield model.Change(model.Resource(NAME, name), model.REPORT, origin, {"load": [unit.load, "loaded"]}, why=why)


def _differences(name: str, want: remembered.UnitValue, unit: Unit, was: remembered.UnitValue) -> Iterator[model.Change]:
    have = found(want, unit) or {"state": "stopped", "enabled": False}
    resource = model.Resource(NAME, name)
    if "enabled" in want and have["enabled"] != want["enabled"]:
        origin = model.origin(want["enabled"], was.get("enabled"), have["enabled"])
        yield model.Change(resource, "enable" if want["enabled"] else "disable", origin, {"enabled": [have["enabled"], want["enabled"]]})
    if "state" in want and have["state"] != want["state"]:
        origin = model.origin(want["state"], was.get("state"), have["state"])
        action = "start" if want["state"] == "started" else "stop"
        yield model.Change(resource, action, origin, {"state": [have["state"], want["state"]]})


def _removals(declared: set[str], seen: Mapping[str, Unit], last: model.Applied) -> Iterator[model.Change]:
    """Back to how it was before us, which is stopped and disabled where there was none."""
    for name, applied in cast("Mapping[str, remembered.UnitValue]", last.values).items():
        unit = seen.get(name, MISSING)
        if name in declared or unit.load == "not-found":
            continue
        before = cast("remembered.UnitValue", last.before.get(name) or {"state": "stopped", "enabled": False})
        # only what we saw to is taken back, and what nobody can disable is not disabled
        target = {field: one for field, one in before.items() if field in applied and not (field == "enabled" and unit.fixed)}
        left = list(_differences(name, cast("remembered.UnitValue", target), unit, {}))
        if name in last.before or f"{FOLDER}{name}" in last.paths or last.prune:
            yield from (change._replace(why="no longer declared") for change in left)
        elif left:
            yield last.gone(NAME, name, {field: pair for change in left for field, pair in change.fields.items()}, certain=False)


def health(spec: documents.UnitSpec, unit: Unit) -> str:
    if spec.get("state") != "started":
        return "Healthy"
    if unit.load == "not-found":
        return "Missing"
    if unit.active == "activating":
        return "Progressing"
    return "Healthy" if unit.active in RUNNING else "Degraded"


def apply(change: model.Change, unit: Unit, declared: Mapping[str, documents.UnitSpec] | None = None) -> None:
    """Carry out one planned change of a unit."""
    name = change.name
    if change.action == "daemon-reload":
        must(["systemctl", "daemon-reload"])
        return
    if change.action in ("enable", "start", "unmask"):
        unmask(name, unit)
    if change.action not in ("unmask", model.REPORT):
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
