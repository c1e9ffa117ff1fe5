# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as people read it, and as programs do. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict

from . import model, names
from .kinds import instance

if TYPE_CHECKING:
    from .authors import Author
    from .journal import Line
    from .model import Change, Json, Seen

_MARK = {
    model.CREATE: "+",
    model.UPDATE: "~",
    model.RESTART: "~",
    model.REPLACE: "!",
    model.IRREVERSIBLE: "!",
    model.ORPHAN: "?",
    model.KEEP: "?",
}
_WORDS = {
    model.CREATE: "to create",
    model.UPDATE: "to update",
    model.RESTART: "to update with a restart",
    model.REPLACE: "to replace",
    model.IRREVERSIBLE: "not to be undone",
    model.ORPHAN: "declared by nobody",
    model.KEEP: "declared by nobody, and kept",
}


class Told(TypedDict):
    """``fields``: name -> [found, declared], ids as the names of what they stand for. ``origin``: who moved, in the words that hosts have;
    ``by``: who changed it last. Both where that is known."""

    resource: str
    action: str
    fields: dict[str, list[Json]]
    refused: str
    origin: NotRequired[str]
    by: NotRequired[str]


def plan(
    changes: Sequence[Change], ids: model.Ids, authors: Mapping[model.Resource, Author] | None = None, origins: Sequence[str] = ()
) -> list[Told]:
    """``origins``: of each change who moved; empty where nobody knows."""
    called, moved = names.of(ids), origins or [""] * len(changes)
    return [_told(change, called, (authors or {}).get(change.resource), one) for change, one in zip(changes, moved, strict=True)]


def _told(change: Change, called: Mapping[str, str], author: Author | None, origin: str) -> Told:
    found: Told = {
        "resource": str(change.resource),
        "action": change.action,
        "fields": {name: [names.named(value, called) for value in pair] for name, pair in change.fields.items()},
        "refused": change.refused,
    }
    if origin:
        found["origin"] = origin
    if author:
        found["by"] = str(author)
    return found


def lines(changes: list[Told]) -> list[str]:
    return [line for change in changes for line in _lines(change)]


def _lines(change: Told) -> Iterator[str]:
    moved = f" ({change['origin']})" if "origin" in change else ""
    yield f"{_MARK[change['action']]} {change['resource']}{moved}" + (f"  {change['refused']}" if change["refused"] else "")
    if "by" in change:
        yield f"    last touched by {change['by']}"
    # the tags of what is new say nothing that its name does not
    shown = {name: pair for name, pair in change["fields"].items() if name != "tags" or change["action"] != model.CREATE}
    width = max(map(len, shown), default=0)
    for name, (found, want) in shown.items():
        yield from _field(name.ljust(width), found, want, change["action"] == model.CREATE)


def _field(name: str, found: Json, want: Json, is_new: bool) -> Iterator[str]:
    if isinstance(want, list):
        yield from _members(name, found if isinstance(found, list) else [], want)
    elif isinstance(want, Mapping):
        yield from _entries(name, found if isinstance(found, Mapping) else {}, want, is_new)
    else:
        yield f"    {name}  {names.text(want)}" if is_new else f"    {name}  {names.text(found)} -> {names.text(want)}"


def _members(name: str, found: Iterable[Json], want: Iterable[Json]) -> Iterator[str]:
    had, wants = {names.text(one) for one in found}, {names.text(one) for one in want}
    yield from (f"    {name}  - {text}" for text in sorted(had - wants))
    yield from (f"    {name}  + {text}" for text in sorted(wants - had))


def _entries(name: str, found: Mapping[str, Json], want: Mapping[str, Json], is_new: bool) -> Iterator[str]:
    for key in sorted({*want, *found}):
        if found.get(key) != want.get(key):
            yield from _field(f"{name}  {key}", found.get(key), want.get(key), is_new)


def brief(change: Told) -> dict[str, list[Json]]:
    """Of each field what is found and is not to be, and what is declared and is not there. A list or a mapping is a text."""
    shown = {name: pair for name, pair in change["fields"].items() if name != "tags" or change["action"] != model.CREATE}
    return {name: _apart(*pair) for name, pair in shown.items()}


def _apart(found: Json, want: Json) -> list[Json]:
    if not isinstance(want, (list, Mapping)) and not isinstance(found, (list, Mapping)):
        return [found, want]
    had, wants = _parts(found), _parts(want)
    return ["; ".join(sorted(had - wants)) or None, "; ".join(sorted(wants - had)) or None]


def _parts(value: Json) -> set[str]:
    if isinstance(value, Mapping):
        return {f"{key}={names.text(one)}" for key, one in value.items() if one is not None}
    return {names.text(one) for one in (value if isinstance(value, list) else [] if value is None else [value])}


def total(changes: list[Told]) -> str:
    counts = Counter(change["action"] for change in changes)
    return " · ".join(f"{count} {_WORDS[action]}" for action, count in counts.items()) or "nothing differs"


def notes(seen: Iterable[Seen]) -> list[str]:
    """What people should know of what is there, and what AWS is not done with."""
    lines: list[str] = []
    for one in seen:
        lines += [f"{one.resource} is {one.state}"] if not one.settled else []
        lines += [f"{one.resource}: {note}" for note in one.notes]
    return lines


def keyless(changes: Iterable[Change], keys: Iterable[str]) -> list[str]:
    """Of hosts that are about to be made, and that plays could not log in to."""
    new = sorted(one.resource.name for one in changes if one.resource.kind == instance.NAME and one.action == model.CREATE)
    if not new or any(keys):
        return []
    return [f"baseline_admin_keys names no key: by Session Manager people get to {', '.join(new)}, and plays stop at ssh (publickey)"]


def cut_off(line: Line | None) -> list[str]:
    """What people should know of a run that did not come to its end."""
    if line is None:
        return []
    step = f"at {line['resource']} ({line['action']})" if "resource" in line else "before its first step"
    return [f"a run was cut off {line['at']} {step}: what it did is part of what is read here, and is finished by this plan"]
