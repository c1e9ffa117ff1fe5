# SPDX-License-Identifier: GPL-3.0-or-later
"""What was last applied to an account, so that a difference tells who moved: git, or a hand in the account.

One parameter of Systems Manager's store keeps a few bytes of a digest for each field that was as declared. It is a hint: without it a
check finds the same differences, and says of none whose it is. No value can be read out of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ...module_utils._kinds import model as words
from .._common.errors import SpecError
from . import digests, model, names, rights
from . import plan as planning

if TYPE_CHECKING:
    from .aws import Aws
    from .declaration import Environment
    from .model import Change, Ids, Json, Resource, Seen, Wanted

READS: model.Rights = ("ssm:GetParameter",)
WRITES: model.Rights = ("ssm:PutParameter",)
REMOVES: model.Rights = ("ssm:DeleteParameter",)
#: characters that a parameter may have which costs nothing
ROOM = 4096
#: bits of a digest, the most that fit: of a thousand of 20 bits one look in a thousand meets another's by chance
WIDTHS = (40, 32, 24, 20)
_VERSION = "1"
_ABSENT = ("ParameterNotFound",)
#: of these nobody says in a declaration that they go
_UNDECLARED = (model.ORPHAN, model.KEEP)


class Record(NamedTuple):
    """``found``: the first ``width`` bits of each digest."""

    width: int
    found: frozenset[int]

    def has(self, *parts: Json) -> bool:
        return _short(digest(parts), self.width) in self.found


class Read(NamedTuple):
    """``record``: None where there is none. ``notes``: why nobody knows."""

    record: Record | None
    notes: list[str]


def read(aws: Aws, env: Environment) -> Read:
    """Changes nothing. That it cannot be read ends nothing."""
    try:
        text = aws.one("ssm", "get_parameter", "Parameter.Value", _ABSENT, Name=rights.last_applied(env))
    except SpecError as error:
        return Read(None, [f"whether git moved or somebody in the account is not known: {error}"])
    return Read(_parsed(text) if text else None, [])


def write(aws: Aws, env: Environment, text: str) -> None:
    """SpecError where it could not be written."""
    name, what = rights.last_applied(env), "What provisioning applied last (docs/aws.md): who moved is told by it"
    asked: dict[str, Json] = {"Name": name, "Description": what, "Value": text, "Type": "String", "Tier": "Standard", "Overwrite": True}
    aws.call("ssm", "put_parameter", asked)


def remove(aws: Aws, env: Environment) -> bool:
    """Whether there was one."""
    if not aws.find("ssm", "get_parameter", "Parameter.Name", _ABSENT, Name=rights.last_applied(env)):
        return False
    aws.call("ssm", "delete_parameter", {"Name": rights.last_applied(env)})
    return True


def text(given: Iterable[int]) -> str:
    """As it is kept. SpecError where there are too many of them."""
    found = list(given)
    for width in WIDTHS:
        made = as_kept(Record(width, frozenset(_short(one, width) for one in found)))
        if len(made) <= ROOM:
            return made
    raise SpecError(f"{len(found)} fields are more than a parameter of {ROOM} characters can hold")


def as_kept(record: Record) -> str:
    return f"{_VERSION} {record.width} {digests.packed(record.found, record.width)}"


def _parsed(kept: str) -> Record | None:
    """Nothing where another version, or somebody else, has written it."""
    version, _, rest = kept.partition(" ")
    width, _, packed = rest.partition(" ")
    if version != _VERSION or width not in map(str, WIDTHS):
        return None
    found = digests.unpacked(packed, int(width))
    return None if found is None else Record(int(width), found)


def _short(whole: int, width: int) -> int:
    return whole >> (max(WIDTHS) - width)


def digest(parts: Iterable[Json]) -> int:
    said = json.dumps([planning.canonical(one) for one in parts], sort_keys=True)
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=max(WIDTHS) // 8).digest(), "big")


def applied(wanted: Iterable[Wanted], seen: Iterable[Seen], before: Record | None) -> Iterator[int]:
    """Digests of what is as declared. Of what is not, and was applied once, what was applied then. Pure."""
    there = {one.resource: one for one in seen}
    ids, wants = planning.known_ids(there.values()), list(wanted)
    called = names.of(ids)
    for one in wants:
        found = there.get(one.resource)
        if found:
            yield digest(_of_kind(one.resource, one.fields))
            yield from _of_fields(one, found, called, ids, before)
    declared = {one.resource for one in wants}
    for found in there.values():
        if found.ours and found.resource not in declared and before:
            marks = [(str(found.resource), name, names.named(value, called)) for name, value in found.fields.items()]
            yield from (digest(mark) for mark in marks if before.has(*mark))


def _of_fields(wanted: Wanted, seen: Seen, called: Mapping[str, str], ids: Ids, before: Record | None) -> Iterator[int]:
    for name, value in wanted.fields.items():
        want = names.named(planning.resolved(value, ids), called)
        have = names.named(seen.fields.get(name), called)
        if planning.same(have, want):
            yield digest((str(wanted.resource), name, want))
        elif before:
            marks = [(str(wanted.resource), name, value) for value in (have, want)]
            yield from (digest(mark) for mark in marks if before.has(*mark))


def _of_kind(resource: Resource, fields: Iterable[str]) -> tuple[Json, ...]:
    """Which fields a version of ours compares: those of a later one were never applied, and no hand has touched them."""
    return (resource.kind, sorted(fields))


def origins(changes: Iterable[Change], ids: Ids, record: Record | None) -> list[str]:
    """Of each change who moved, in the words that hosts have; empty where nobody knows. Pure."""
    called = names.of(ids)
    return [_origin(change, called, record) if record else "" for change in changes]


def _origin(change: Change, called: Mapping[str, str], record: Record) -> str:
    def has(name: str, value: Json) -> bool:
        return record.has(str(change.resource), name, names.named(value, called))

    if change.action in _UNDECLARED:
        # git let it go, or somebody made it and gave it our tags
        found = change.seen.fields.items() if change.seen else ()
        return words.PENDING if any(has(name, value) for name, value in found) else words.CORRECTIVE
    if change.seen is None:
        return words.CORRECTIVE if any(has(name, want) for name, (_, want) in change.fields.items()) else words.PENDING
    same_fields = record.has(*_of_kind(change.resource, change.wanted.fields if change.wanted else ()))
    moved = [_of_field(has(name, have), has(name, want), same_fields) for name, (have, want) in change.fields.items()]
    return words.merged_origin(moved)


def _of_field(as_found: bool, as_declared: bool, same_fields: bool) -> str:
    if as_declared:
        return words.CORRECTIVE
    return words.PENDING if as_found or not same_fields else words.CONFLICT
