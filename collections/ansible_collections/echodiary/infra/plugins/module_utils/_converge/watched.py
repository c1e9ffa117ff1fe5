# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component that watches is told of the whole host: what its components declare, in this run or as their records have it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from .._kinds import model, nftables
from .._watch import aspects
from .._watch.shapes import Known
from . import state

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from .view import View

#: to ask the kinds themselves would load them on every host
SYSCTL = ("/etc/sysctl.d/90-echodiary.conf", "/etc/sysctl.d/zz-echodiary.conf")
REPOSITORIES = "/etc/apt/sources.list.d/"


def look(view: View) -> aspects.Watched:
    spec = view.spec.get("watch")
    return aspects.look(spec, known(view), time.strftime("%Y-%m-%d")) if spec else aspects.Watched()


def known(view: View) -> Known:
    specs = view.host.specs
    records = {name: state.load(view.host.state_dir, name) for name in state.names(view.host.state_dir)}
    resources = {text: one for record in records.values() for text, one in record["resources"].items()}
    named = [*map(model.Resource.parse, (text for text in resources if ":" in text)), *_claimed(view.host.claimed)]
    return Known(
        paths=frozenset(path for resource in named for path in _paths_of(resource)),
        owned=frozenset(directory for spec in specs for directory in spec["owned"]),
        users={**_recorded_users(resources), **_declared_users(specs)},
        units=frozenset(name for kind, name in named if kind == "unit"),
        mounts=frozenset(name for kind, name in named if kind == "mount"),
        packages=frozenset(name for kind, name in named if kind == "package"),
        check=view.host.check,
        state_dir=view.host.state_dir,
        upgrading=view.host.upgrading,
        listens=_listens(specs, records),
        files={path: file["content"] for path, file in view.spec["files"].items() if isinstance(file["content"], str)},
        kept=view.last.get("kept", {}),
        kept_at=_written(state.path_of(view.host.state_dir, view.name)),
        applied=tuple(one for record in records.values() for one in record.get("listens", [])),
        tables=frozenset(nftables.table_of(name) for kind, name in named if kind == "nftables"),
        compose=frozenset(spec["compose"]["file"] for spec in specs if spec["compose"]),
    )


def _written(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _paths_of(resource: model.Resource) -> tuple[str, ...]:
    """Of what is no path itself the file that it is in."""
    if resource.kind == "path":
        return (resource.name,)
    if resource.kind == "sysctl":
        return SYSCTL
    return (f"{REPOSITORIES}{resource.name}.sources",) if resource.kind == "repository" else ()


def _claimed(claimed: set[str]) -> Iterator[model.Resource]:
    """Paths stand for themselves."""
    return (model.Resource("path", text) if text.startswith("/") else model.Resource.parse(text) for text in claimed)


def _recorded_users(resources: Mapping[str, remembered.Recorded]) -> dict[str, tuple[str, ...]]:
    found = ((model.Resource.parse(text), cast("remembered.UserValue", value)) for text, value in resources.items())
    return {resource.name: tuple(value.get("groups", ())) for resource, value in found if resource.kind == "user"}


def _declared_users(specs: list[documents.ComponentSpec]) -> dict[str, tuple[str, ...]]:
    return {user["name"]: tuple(user.get("groups", ())) for spec in specs for user in spec["users"]}


def _listens(specs: list[documents.ComponentSpec], records: Mapping[str, remembered.Record]) -> tuple[documents.ListenSpec, ...] | None:
    """What is declared, and what runs until that is applied. None where a component of another run does not say."""
    declared = {spec["name"]: list(spec.get("listens", [])) for spec in specs}
    found = [one for listed in declared.values() for one in listed]
    for name, record in records.items():
        if "listens" not in record and name.partition("@")[0] not in declared:
            return None
        found += record.get("listens", [])
    return tuple(found)
