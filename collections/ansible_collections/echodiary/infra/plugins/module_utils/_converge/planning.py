# SPDX-License-Identifier: GPL-3.0-or-later
"""From a desired component, what was last applied and what was read, to the list of changes. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from .._kinds import compose, kinds, model, owned, paths, processes
from . import observe, occupied

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from .._watch import aspects
    from . import desired


class Plan(NamedTuple):
    """In the order in which it is carried out: by the controller, within the transaction, and by the controller after it."""

    delegated: list[model.Change]
    #: what stops before its files go
    retiring: list[model.Change]
    paths: list[model.Change]
    units: list[model.Change]
    services: list[model.Change]
    processes: list[model.Change]
    #: what goes once nothing needs it any more, or is only told
    leaving: list[model.Change]
    #: what nobody declared, and is no path that can go: commands end it, where people chose so
    watched: list[model.Change] = []  # noqa: RUF012 - a tuple field, never mutated

    def all(self) -> list[model.Change]:
        return [change for part in self for change in part]

    def acting(self) -> list[model.Change]:
        """Without what is only reported."""
        return acting(self.all())


def acting(changes: list[model.Change]) -> list[model.Change]:
    return [change for change in changes if change.action != model.REPORT]


def plan(
    spec: documents.ComponentSpec,
    want: desired.Desired,
    seen: observe.Reading,
    state: remembered.Record,
    strangers: list[model.Change],
    prune: bool = False,
) -> Plan:
    path_changes = list(_paths(spec, want, seen, state["resources"]))
    # what git dropped is not declared any more, yet no stranger: it goes because git says so
    ours = {change.name for change in path_changes}
    strangers = [*strangers, *_strangers_of_units(seen, state["resources"])] if seen.definitions else strangers
    path_changes += [change for change in {one.name: one for one in strangers}.values() if change.name not in ours]
    of_kinds = kinds.plan(spec, seen.kinds, kinds.applied(spec, state, seen.taken, prune))
    return Plan(
        delegated=of_kinds.delegated,
        retiring=[*of_kinds.retiring, *(compose.plan_left(seen.left) if seen.left else ())],
        paths=path_changes,
        units=of_kinds.own,
        services=[*(occupied.plan(seen.occupied) if seen.occupied else ()), *_services(spec, seen, state)],
        processes=[] if seen.services is None else _processes(spec, want, seen, state, path_changes),
        leaving=of_kinds.leaving,
    )


def watching(found: Plan, watched: aspects.Watched) -> Plan:
    """With what is in force and nobody declared. What is compared as a path of somebody's is told once."""
    told = {change.resource for change in found.all()}
    changes = [change for change in watched.changes() if change.resource not in told]
    paths = [change for change in changes if change.action in ("remove", "restore")]
    return found._replace(paths=[*found.paths, *paths], watched=[change for change in changes if change not in paths])


def without(found: Plan, passed: frozenset[model.Resource]) -> Plan:
    return Plan(*([change for change in part if change.resource not in passed] for part in found)) if passed else found


def _paths(
    spec: documents.ComponentSpec, want: desired.Desired, seen: observe.Reading, last: Mapping[str, remembered.Recorded]
) -> Iterator[model.Change]:
    for path, value in want.values.items():
        change = paths.plan_path(path, value, seen.paths[path], _path_value(last, path), _texts(path, want, seen))
        if change:
            yield change
    for path, live in seen.paths.items():
        if path not in want.values:
            change = paths.plan_removal(path, live, _path_value(last, path) or {})
            if change:
                yield change


def _strangers_of_units(seen: observe.Reading, last: Mapping[str, remembered.Recorded]) -> Iterator[model.Change]:
    """What changes a unit and was brought by nobody goes; what a package brought otherwise only the package can bring again."""
    for name, unit in seen.definitions.items():
        origin = model.CORRECTIVE if str(model.Resource("unit", name)) in last else model.PENDING
        for path in unit.strangers:
            yield model.Change(model.Resource("file", path), "remove", origin, why=f"changes {name}, and nobody declared it")
        for path, command in unit.altered.items():
            why = f"{name} is not made of what its package brought; bring it again: {command}"
            yield model.Change(model.Resource("file", path), model.REPORT, origin, why=why)


def _path_value(last: Mapping[str, remembered.Recorded], path: str) -> remembered.PathValue | None:
    return cast("remembered.PathValue | None", last.get(str(model.Resource("path", path))))


def _texts(path: str, want: desired.Desired, seen: observe.Reading) -> tuple[str, str] | None:
    if path not in want.files or path in want.sensitive:
        return None
    live, file = seen.paths[path], want.files[path]
    return paths.as_text(live.content, live.size), paths.as_text(file.content, file.size)


def _services(spec: documents.ComponentSpec, seen: observe.Reading, state: remembered.Record) -> list[model.Change]:
    if not spec["compose"]:
        return []
    if seen.services is None and state["services"]:
        return []
    return compose.plan(spec["compose"], seen.services or {}, seen.images, state["services"], seen.key)


def _processes(
    spec: documents.ComponentSpec, want: desired.Desired, seen: observe.Reading, state: remembered.Record, path_changes: list[model.Change]
) -> list[model.Change]:
    origins = {change.name: change.origin for change in path_changes if rewrites(change)}
    replaced = replaced_services(spec, seen, state)
    found = []
    for consumer in observe.consumers(spec, want, seen):
        changed = {path: origins[path] for path in {**consumer.files, **consumer.definition.touched} if path in origins}
        change = processes.plan(consumer, changed, state["loaded"].get(consumer.name), reload_of(spec, consumer))
        if change and consumer.name not in replaced:
            found.append(change)
    return found


def rewrites(change: model.Change) -> bool:
    """Does the change alter what a process reads? Owner and mode alone do not."""
    return change.action != "update" or bool({"content", "kind", "target"} & set(change.fields))


def replaced_services(spec: documents.ComponentSpec, seen: observe.Reading, state: remembered.Record) -> set[str]:
    """Services that get a new container or a new start anyway."""
    return {change.name for change in _services(spec, seen, state) if change.resource.kind == "service"}


def reload_of(spec: documents.ComponentSpec, consumer: processes.Consumer) -> processes.Reload | None:
    for entry in spec["reload"]:
        if entry.get(consumer.kind) == consumer.name:
            return processes.Reload(entry["paths"], entry.get("url", ""), entry.get("signal", ""))
    return None


def strangers(spec: documents.ComponentSpec, want: desired.Desired) -> list[model.Change]:
    """Reads owned directories; a leftover of a killed run is ours and goes with its journal."""
    found = owned.plan(spec["owned"], set(want.values))
    return [change for change in found if not change.name.endswith(".echodiary-new")]


def resources(spec: documents.ComponentSpec, want: desired.Desired) -> dict[str, remembered.Recorded]:
    """What the record keeps: every declared resource with the value it now has."""
    return {**{str(model.Resource("path", path)): value for path, value in want.values.items()}, **kinds.values(spec)}


def files_to_write(want: desired.Desired, changes: list[model.Change]) -> dict[str, model.File]:
    named = {change.name for change in changes if rewrites(change) and change.resource.kind == "file"}
    return {path: file for path, file in want.files.items() if path in named}
