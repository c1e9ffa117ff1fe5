# SPDX-License-Identifier: GPL-3.0-or-later
"""From a desired component, what was last applied and what was read, to the list of changes. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from . import compose, desired, model, occupied, owned, packages, paths, processes, reading, sysctl, units, users


class Plan(NamedTuple):
    """``hands``: carried out by the controller with the well-kept modules; the rest by this package, in this order."""

    hands: list[model.Change]
    paths: list[model.Change]
    units: list[model.Change]
    services: list[model.Change]
    processes: list[model.Change]

    def all(self) -> list[model.Change]:
        return [change for part in self for change in part]

    def acting(self) -> list[model.Change]:
        """Without what is only reported."""
        return [change for change in self.all() if change.action != "report"]


def plan(spec: dict[str, Any], want: desired.Desired, seen: reading.Reading, state: dict[str, Any], strangers: list[model.Change]) -> Plan:
    last = state["resources"]
    path_changes = list(_paths(spec, want, seen, last))
    # what git dropped is not declared any more, yet no stranger: it goes because git says so
    ours = {change.resource.partition(":")[2] for change in path_changes}
    path_changes += [change for change in strangers if change.resource.partition(":")[2] not in ours]
    unit_changes = units.plan(spec["units"], seen.units, last)
    return Plan(
        hands=[
            *packages.plan(spec["packages"], seen.packages, last),
            *users.plan(spec["users"], seen.users, last),
            *sysctl.plan(spec["sysctl"], seen.sysctl, last),
        ],
        paths=path_changes,
        units=unit_changes,
        services=[*occupied.plan(seen.occupied), *_services(spec, seen, state)],
        processes=[] if seen.services is None else _processes(spec, want, seen, state, path_changes),
    )


def _paths(spec: dict[str, Any], want: desired.Desired, seen: reading.Reading, last: dict[str, Any]) -> Iterator[model.Change]:
    for path, value in want.values.items():
        change = paths.plan_path(path, value, seen.paths[path], last.get(f"path:{path}"), _texts(path, want, seen))
        if change:
            yield change
    for path, live in seen.paths.items():
        if path not in want.values:
            change = paths.plan_removal(path, live, last[f"path:{path}"])
            if change:
                yield change


def _texts(path: str, want: desired.Desired, seen: reading.Reading) -> tuple[str, str] | None:
    if path not in want.files or path in want.sensitive:
        return None
    live, file = seen.paths[path], want.files[path]
    return paths.as_text(live.content, live.size), paths.as_text(file.content, file.size)


def _services(spec: dict[str, Any], seen: reading.Reading, state: dict[str, Any]) -> list[model.Change]:
    if not spec["compose"]:
        return []
    if seen.services is None and state["services"]:
        return []
    return compose.plan(spec["compose"], seen.services or {}, seen.images, state["services"])


def _processes(
    spec: dict[str, Any], want: desired.Desired, seen: reading.Reading, state: dict[str, Any], path_changes: list[model.Change]
) -> list[model.Change]:
    origins = {change.resource.partition(":")[2]: change.origin for change in path_changes if rewrites(change)}
    replaced = replaced_services(spec, seen, state)
    found = []
    for consumer in reading.consumers(spec, want, seen):
        changed = {path: origins[path] for path in consumer.files if path in origins}
        change = processes.plan(consumer, changed, state["loaded"].get(consumer.name), reload_of(spec, consumer))
        if change and consumer.name not in replaced:
            found.append(change)
    return found


def rewrites(change: model.Change) -> bool:
    """Does the change alter what a process reads? Owner and mode alone do not."""
    return change.action != "update" or bool({"content", "kind", "target"} & set(change.fields))


def replaced_services(spec: dict[str, Any], seen: reading.Reading, state: dict[str, Any]) -> set[str]:
    """Services that get a new container or a new start anyway."""
    return {change.resource.partition(":")[2] for change in _services(spec, seen, state) if change.resource.startswith("service:")}


def reload_of(spec: dict[str, Any], consumer: processes.Consumer) -> processes.Reload | None:
    for entry in spec["reload"]:
        if entry.get(consumer.kind) == consumer.name:
            return processes.Reload(entry["paths"], entry.get("url", ""), entry.get("signal", ""))
    return None


def strangers(spec: dict[str, Any], want: desired.Desired) -> list[model.Change]:
    """Reads owned directories; a leftover of a killed run is ours and goes with its journal."""
    found = owned.plan(spec["owned"], set(want.values))
    return [change for change in found if not change.resource.endswith(".echodiary-new")]


def resources(spec: dict[str, Any], want: desired.Desired) -> dict[str, Any]:
    """What the record keeps: every declared resource with the value it now has."""
    kept: dict[str, Any] = {f"path:{path}": value for path, value in want.values.items()}
    kept.update({f"package:{packages.split(wanted)[0]}": wanted for wanted in spec["packages"]})
    kept.update({f"user:{user['name']}": users.wanted_value(user) for user in spec["users"]})
    kept.update({f"sysctl:{key}": sysctl.normal(value) for key, value in spec["sysctl"].items()})
    kept.update({f"unit:{name}": units.wanted_value(unit) for name, unit in spec["units"].items()})
    return kept


def files_to_write(want: desired.Desired, changes: list[model.Change]) -> dict[str, model.File]:
    named = {change.resource.partition(":")[2] for change in changes if rewrites(change) and change.resource.startswith("file:")}
    return {path: file for path, file in want.files.items() if path in named}
