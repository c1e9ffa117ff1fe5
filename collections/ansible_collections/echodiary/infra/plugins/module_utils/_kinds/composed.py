# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of files and units is told as what it was declared as: one change of it, whatever it took. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from . import model

if TYPE_CHECKING:
    from . import remembered

#: a change of a path has the kind of what lies there, and a process the name of its unit
_PART = {"file": "path", "link": "path", "directory": "path", "process": "unit"}


def told(
    changes: Iterable[model.Change], resources: Mapping[str, remembered.Recorded], declared: Mapping[str, remembered.Recorded]
) -> list[model.Change]:
    """``resources``: what is recorded or declared, by resource; ``declared`` alone are those that are to be there."""
    wholes = _wholes(resources)
    found: dict[str, list[model.Change]] = {}
    for number, change in enumerate(changes):
        found.setdefault(wholes.get(_part(change.resource), f"{number}"), []).append(change)
    return [_as_one(name, several, name in declared) if name in resources else several[0] for name, several in found.items()]


def _wholes(resources: Mapping[str, remembered.Recorded]) -> dict[str, str]:
    """Part -> the resource that is made of it."""
    made = ((name, cast("Mapping[str, list[str]]", value)) for name, value in resources.items() if isinstance(value, dict))
    return {part: name for name, value in made for part in value.get("parts", [])}


def _part(resource: model.Resource) -> str:
    return str(resource._replace(kind=_PART.get(resource.kind, resource.kind)))


def _as_one(name: str, changes: list[model.Change], stays: bool) -> model.Change:
    fields = {_field(change, field): pair for change in changes for field, pair in change.fields.items()}
    return model.Change(
        model.Resource.parse(name),
        _action([change.action for change in changes]) if stays else "remove",
        model.merged_origin([change.origin for change in changes]),
        fields,
        "".join(change.diff for change in changes),
        "; ".join(dict.fromkeys(change.why for change in changes if change.why)),
    )


def _action(actions: list[str]) -> str:
    """Created where its files are; else the one thing that is done, or an update."""
    if "create" in actions and "update" not in actions:
        return "create"
    return actions[0] if len(set(actions)) == 1 else "update"


def _field(change: model.Change, field: str) -> str:
    """Both of its files have contents and a mode; its unit's fields are its own."""
    return field if change.resource.kind == "unit" else f"{change.name.rpartition('/')[2]} {field}"
