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
    """In the order of ``wanted``, then what is ours and nobody declares."""
    found, wants = {one.resource: one for one in seen}, list(wanted)
    changes = [change for one in wants if (change := _change(one, found.get(one.resource), kinds[one.resource.kind], ids))]
    declared = {one.resource for one in wants}
    return changes + [_orphan(one, kinds[one.resource.kind]) for one in found.values() if one.ours and one.resource not in declared]


def known_ids(seen: Iterable[Seen]) -> dict[model.Resource, str]:
    return {one.resource: one.id for one in seen}


def _change(wanted: Wanted, seen: Seen | None, kind: Kind, ids: Ids) -> Change | None:
    want = {name: resolved(value, ids) for name, value in wanted.fields.items()}
    have = seen.fields if seen else {}
    fields = {name: (have.get(name), value) for name, value in want.items() if not same(have.get(name), value)}
    if seen is None:
        return model.Change(wanted.resource, model.CREATE, {name: (None, value) for name, value in want.items()}, wanted)
    if not fields:
        return None
    action = max((kind.EFFECT.get(name, model.UPDATE) for name in fields), key=model.EFFECTS.index)
    return model.Change(wanted.resource, action, fields, wanted, seen, _refusal(wanted.resource, action, kind))


def _refusal(resource: model.Resource, action: str, kind: Kind) -> str:
    if action not in (model.REPLACE, model.IRREVERSIBLE):
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
