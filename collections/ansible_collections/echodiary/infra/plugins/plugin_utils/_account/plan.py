# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted against what is seen: what differs, field by field, and what that does. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from . import model

if TYPE_CHECKING:
    from .model import Change, Ids, Json, Kind, Seen, Wanted


def plan(wanted: Iterable[Wanted], seen: Iterable[Seen], kinds: Mapping[str, Kind], ids: Ids) -> list[Change]:
    """In the order of ``wanted``, then what is ours and nobody declares. A resource of which only some can be put right has two."""
    found, wants = {one.resource: one for one in seen}, list(wanted)
    changes = [change for one in wants for change in _changes(one, found.get(one.resource), kinds[one.resource.kind], ids)]
    declared = {one.resource for one in wants}
    return changes + [_orphan(one, kinds[one.resource.kind]) for one in found.values() if one.ours and one.resource not in declared]


def known_ids(seen: Iterable[Seen]) -> dict[model.Resource, str]:
    return {one.resource: one.id for one in seen}


def _changes(wanted: Wanted, seen: Seen | None, kind: Kind, ids: Ids) -> Iterator[Change]:
    want = {name: resolved(value, ids) for name, value in wanted.fields.items()}
    if seen is None:
        yield model.Change(wanted.resource, model.CREATE, {name: (None, value) for name, value in want.items()}, wanted)
        return
    fields = {name: (seen.fields.get(name), value) for name, value in want.items() if not same(seen.fields.get(name), value)}
    effects = {name: _effect(kind.EFFECT.get(name, model.UPDATE), *pair) for name, pair in fields.items()}
    hard = {name for name, effect in effects.items() if effect in (model.REPLACE, model.IRREVERSIBLE)}
    # what can be put right does not wait for what cannot
    as_found = wanted._replace(fields={**wanted.fields, **{name: seen.fields.get(name) for name in hard}})
    for names, goal in ((effects.keys() - hard, as_found), (hard, wanted)):
        if names:
            action = max((effects[name] for name in names), key=model.EFFECTS.index)
            part = {name: pair for name, pair in fields.items() if name in names}
            yield model.Change(wanted.resource, action, part, goal, seen, _refusal(wanted.resource, action, kind))


def _effect(declared: str, found: Json, want: Json) -> str:
    if declared != model.GROWS:
        return declared
    grows = isinstance(found, int) and isinstance(want, int) and want > found
    return model.UPDATE if grows else model.IRREVERSIBLE


def _refusal(resource: model.Resource, action: str, kind: Kind) -> str:
    if action == model.IRREVERSIBLE:
        return "AWS has no way there from what is: declare what it is now"
    if action != model.REPLACE:
        return ""
    if kind.KEPT:
        return "what it holds would be lost, so it is never replaced: put the field back in the declaration"
    return f"it would have to be replaced: put the field back in the declaration, or run again with -e replace={resource}"


def _orphan(seen: Seen, kind: Kind) -> Change:
    kept = "what it holds would be lost, so it is never pruned: delete it by hand when nobody needs it" if kind.KEPT else ""
    return model.Change(seen.resource, model.ORPHAN, {}, None, seen, kept or "nobody declares it; -e prune=true removes it")


def resolved(value: Json | model.Ref, ids: Ids) -> Json:
    """With ids in place of references; what is not there yet is named by its resource, in brackets."""
    if isinstance(value, model.Ref):
        return ids.get(model.Resource(*value)) or f"({value})"
    if isinstance(value, Mapping):
        return {key: resolved(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, ids) for one in value]
    return value


def missing(value: Json) -> Iterator[str]:
    """References that lead to nothing yet."""
    if isinstance(value, str) and value.startswith("(") and value.endswith(")"):
        yield value[1:-1]
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from missing(one)
    elif isinstance(value, list):
        for one in value:
            yield from missing(one)


def same(one: Json, other: Json) -> bool:
    return _canonical(one) == _canonical(other)


def _canonical(value: Json) -> Json:
    """Lists are sets."""
    if isinstance(value, Mapping):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return sorted((_canonical(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value
