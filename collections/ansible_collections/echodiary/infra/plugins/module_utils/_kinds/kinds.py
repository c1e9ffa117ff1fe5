# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds there are, in the order in which they are put right, and what is done with all of them alike.

Paths, containers and processes are no kinds of this list: they are what a transaction consists of, and depend on each other.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from . import groups, haproxy, model, mounts, nftables, packages, repositories, settings, sysctl, timers, units, users

if TYPE_CHECKING:
    from . import documents, protocol, remembered

#: changed by the controller, before the transaction and, what goes, after it
DELEGATED: tuple[protocol.Delegated[Any, Any, Any], ...] = (repositories, packages, groups, users, mounts, sysctl)
#: changed within the transaction
OWN: tuple[protocol.Own[Any, Any, Any], ...] = (settings, units, haproxy, nftables)
KINDS: tuple[protocol.AnyKind, ...] = (*DELEGATED, *OWN)
#: made of files and units on the controller, and on the host nothing else
COMPOSED: tuple[protocol.Composed[Any, Any], ...] = (timers,)
ALL: tuple[protocol.AnyNamed, ...] = (*KINDS, *COMPOSED)

#: kind -> name -> what was seen of it
Seen = Mapping[str, Mapping[str, Any]]

Some = TypeVar("Some", bound="protocol.AnyNamed")


@functools.cache
def named(name: str) -> protocol.AnyNamed | None:
    # on a host every file that is asked for its name is loaded, and most are called as what they hold
    likely = sorted(ALL, key=lambda kind: not _file(kind).startswith(name))
    return next((kind for kind in likely if name == kind.NAME), None)


def concerned(spec: documents.ComponentSpec, resources: Iterable[str], among: Iterable[Some]) -> list[Some]:
    """Those of which a component says something, or ``resources`` have one. A host does not even load the files of others."""
    had = [named(name) for name in {resource.partition(":")[0] for resource in resources} - {"path"}]
    return [kind for kind in among if cast("Mapping[str, Any]", spec).get(_file(kind)) or kind in had]


def _file(kind: protocol.AnyNamed) -> str:
    """The file that is a kind is called as its key; to ask a module for that loads nothing."""
    name: str = ModuleType.__getattribute__(cast("ModuleType", kind), "__name__")
    return name.rpartition(".")[2]


def declared(spec: documents.ComponentSpec | None, kind: protocol.AnyNamed) -> Any:
    """Nothing where nothing is said of a kind."""
    return cast("Mapping[str, Any]", spec or {}).get(kind.KEY) or ([] if kind.SCHEMA["type"] == "list" else {})


def names(spec: documents.ComponentSpec, kind: protocol.AnyKind) -> list[str]:
    return list(kind.values(declared(spec, kind)))


def values(spec: documents.ComponentSpec) -> dict[str, remembered.Recorded]:
    """Resource -> what is recorded of it once it is applied."""
    return {
        str(model.Resource(kind.NAME, name)): one
        for kind in concerned(spec, (), ALL)
        for name, one in kind.values(declared(spec, kind)).items()
    }


class Plan(NamedTuple):
    """``delegated`` before the transaction, ``retiring`` first and ``own`` last in it, ``leaving`` after it, or only told."""

    delegated: list[model.Change]
    retiring: list[model.Change]
    own: list[model.Change]
    leaving: list[model.Change]


def plan(spec: documents.ComponentSpec, seen: Seen, last: Mapping[str, model.Applied]) -> Plan:
    """``last`` has one entry for each kind that there is, or was, something of. Pure."""
    found = Plan([], [], [], [])
    for kind in concerned(spec, last, KINDS):
        wanted, own = set(names(spec, kind)), kind in OWN
        for change in kind.plan(declared(spec, kind), seen.get(kind.NAME, {}), last.get(kind.NAME, model.Applied())):
            staying, going = (found.own, found.retiring) if own else (found.delegated, found.leaving)
            part = found.leaving if change.action == model.REPORT else staying if change.name in wanted else going
            part.append(change)
    # what came first goes last: a user after what runs as that user, a package after what it brought
    found.leaving.reverse()
    return found


def before(
    spec: documents.ComponentSpec, seen: Seen, known: Mapping[str, remembered.Recorded]
) -> Iterator[tuple[str, remembered.Recorded]]:
    """What is there of resources that are declared for the first time; ``known`` are those that are not."""
    for kind in concerned(spec, (), KINDS):
        for name, want in kind.values(declared(spec, kind)).items():
            resource = str(model.Resource(kind.NAME, name))
            if resource not in known:
                yield resource, kind.found(want, seen.get(kind.NAME, {}).get(name))


def applied(spec: documents.ComponentSpec, record: remembered.Record, taken: Collection[str], prune: bool) -> dict[str, model.Applied]:
    """What was last applied, kind by kind. ``taken``: what is somebody else's to declare now."""
    mine = {text: one for text, one in record["resources"].items() if text not in taken}
    paths = frozenset(name for kind, name in map(model.Resource.parse, mine) if kind == "path")
    before = record.get("before", {})
    return {
        kind.NAME: model.Applied(_of(kind, mine), _of(kind, before), paths, prune, record.get("loaded", {}))
        for kind in concerned(spec, (*mine, *before), KINDS)
    }


def kept(spec: documents.ComponentSpec, seen: Seen) -> dict[str, remembered.Loaded]:
    """What processes have read, of those that a kind looks at itself."""
    return haproxy.kept(spec["haproxy"], seen.get("haproxy", {})) if spec.get("haproxy") else {}


def harm(spec: documents.ComponentSpec, seen: Seen, now: float) -> str:
    """What users suffer from though it is as declared; ``now``: s since 1970. Empty when nothing is known."""
    return haproxy.ended(spec["haproxy"], seen.get("haproxy", {}), now) if spec.get("haproxy") else ""


def take_back(change: model.Change) -> None:
    """Of what was changed within a transaction, what its files alone do not bring back."""
    if change.action == model.REPORT:
        return
    if change.resource.kind == settings.NAME:
        settings.put(change, 0)
    elif change.resource.kind == haproxy.NAME:
        haproxy.take_back(change)


def apply(spec: documents.ComponentSpec, change: model.Change, seen: Seen) -> None:
    """Of what is changed within the transaction."""
    kind = cast("protocol.Own[Any, Any, Any]", named(change.resource.kind))
    kind.apply(change, seen[kind.NAME][change.name], declared(spec, kind))


def _of(kind: protocol.AnyKind, resources: Mapping[str, remembered.Recorded]) -> dict[str, remembered.Recorded]:
    found = ((model.Resource.parse(text), one) for text, one in resources.items())
    return {resource.name: one for resource, one in found if resource.kind == kind.NAME}
