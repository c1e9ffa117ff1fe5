# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted against what is seen: what differs, field by field, and what that does. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import model

if TYPE_CHECKING:
    from .model import Change, Ids, Json, Kind, Seen, Wanted


def plan(wanted: Iterable[Wanted], seen: Iterable[Seen], kinds: Mapping[str, Kind], ids: Ids) -> list[Change]:
    """In the order of ``wanted``, then what is ours and nobody declares. A resource of which only some can be put right has two."""
    found, wants = {one.resource: one for one in seen}, list(wanted)
    changes = [change for one in wants for change in _changes(one, found.get(one.resource), kinds[one.resource.kind], ids)]
    declared = {one.resource for one in wants}
    held = _held(found.values(), kinds)
    left = [one for one in found.values() if one.ours and one.resource not in declared]
    return changes + [_orphan(one, kinds[one.resource.kind], held.get(one.id)) for one in left]


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


def _orphan(seen: Seen, kind: Kind, holder: model.Resource | None) -> Change:
    if kind.KEPT:
        why = "what it holds would be lost, so it is never pruned: delete it by hand when nobody needs it"
        return model.Change(seen.resource, model.KEEP, {}, None, seen, why)
    if holder:
        return model.Change(seen.resource, model.KEEP, {}, None, seen, f"{holder} needs it, so it stays as long as that one")
    return model.Change(seen.resource, model.ORPHAN, {}, None, seen, "nobody declares it; -e prune=true removes it")


def _held(found: Iterable[Seen], kinds: Mapping[str, Kind]) -> dict[str, model.Resource]:
    """Id -> the one that is never removed and stands on it, or on what stands on it."""
    by_id = {one.id: one for one in found}
    held: dict[str, model.Resource] = {}
    todo = [(one, one.resource) for one in by_id.values() if kinds[one.resource.kind].KEPT]
    while todo:
        one, holder = todo.pop()
        for identity in set(_texts(dict(one.fields))) & (set(by_id) - set(held)):
            held[identity] = holder
            todo.append((by_id[identity], holder))
    return held


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (Mapping, list)):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)


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


def refs(value: Any) -> Iterator[model.Ref]:
    """All references in it."""
    if isinstance(value, model.Ref):
        yield value
    elif isinstance(value, (Mapping, list)):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from refs(one)


def same(one: Json, other: Json) -> bool:
    return canonical(one) == canonical(other)


def canonical(value: Json) -> Json:
    """Lists are sets."""
    if isinstance(value, Mapping):
        return {key: canonical(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return sorted((canonical(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value
