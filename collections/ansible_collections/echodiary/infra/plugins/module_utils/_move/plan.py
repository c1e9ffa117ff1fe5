# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a database may move, what that takes, and whether what arrived is what left. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .._dump.shapes import Login
    from .shapes import Content, Contents, Seen, Side

COPY, ROLL = "copy", "roll"
#: bytes of a database in a second where it has never been dumped here: a slow disk's
SLOW = 10e6
#: dumped and read back, restored, compared
_PASSES = 3.0
#: of a difference, how many are told
_TOLD = 10


class Plan(NamedTuple):
    """``refused``: why nothing may begin; ``lines``: what there is and what it takes."""

    stage: str
    refused: list[str]
    lines: list[str]


def plan(seen: Seen, source: Login, target: Login, stage: str) -> Plan:
    """``stage``: where a run has to begin."""
    there = seen["target"]
    refused = [*_source(seen["source"], source), *(_target(seen, there, source, target, stage) if there else ())]
    return Plan(stage, refused, lines(seen, source, target, stage))


def _source(side: Side, login: Login) -> Iterator[str]:
    content, name = side["content"], f"{login['database']} at {where(login)}"
    if content is None:
        yield f"there is no database {name}"
        return
    if content["prepared"]:
        yield f"{content['prepared']} prepared transactions wait in {name}: commit or roll them back (pg_prepared_xacts)"
    yield from (f"{where(login)}: {one}" for one in side["wrong"])
    if side["strangers"]:
        yield f"sessions of superusers in {name} cannot be ended: {', '.join(side['strangers'])}; have them closed"


def _target(seen: Seen, there: Side, source: Login, target: Login, stage: str) -> Iterator[str]:
    here, place = seen["source"], where(target)
    if there["version"] // 10_000 < here["version"] // 10_000:
        yield f"{place} is PostgreSQL {_major(there)}, older than {_major(here)} of {where(source)}: it cannot take what that one has"
    wanted = here["content"]["extensions"] if here["content"] else []
    lacking = sorted(set(wanted) - set(there["available"]))
    if lacking:
        yield f"{place} does not have the extensions {', '.join(lacking)}: install them there, or drop them here"
    yield from (f"{place}: {one}" for one in there["wrong"])
    yield from (f"{place} does not let in {one}; make its roles first" for one in seen["closed"])
    content = there["content"]
    if stage == COPY and content and content["relations"] and not there["frozen"]:
        yield (
            f"{target['database']} is at {place} already, with {content['relations']} tables and about {content['rows']} rows: "
            "nobody's data is written over; rename it or drop it there"
        )


def lines(seen: Seen, source: Login, target: Login, stage: str) -> list[str]:
    content = seen["source"]["content"]
    if content is None:
        return []
    if stage == ROLL:
        return [f"{source['database']} is at {where(target)} since a run that was cut off: hosts roll to it, then it is opened for writes"]
    return [
        f"{source['database']} at {where(source)}: {_words(content)}",
        f"to {where(target)}, {_version(seen['target'])}",
        f"users read the maintenance message for about {minutes(content, seen['pace'])} min, and while hosts roll{_basis(seen)}",
    ]


def _words(content: Content) -> str:
    held = f"{_size(content['size'])}, {content['relations']} tables, about {content['rows']} rows"
    return f"{held}, revision {content['revision'] or 'none'}, extensions {', '.join(content['extensions']) or 'none'}"


def _basis(seen: Seen) -> str:
    return "" if seen["pace"] else " (a guess: it has never been dumped here; after a backup it is a better one)"


def minutes(content: Content, pace: float) -> int:
    """``pace``: bytes in a second."""
    return max(1, round(content["size"] / (pace or SLOW) * _PASSES / 60))


def differences(source: Contents, target: Contents) -> list[str]:
    """What of a database arrived as something else."""
    names = sorted({*source, *target})
    both = [(name, source.get(name, "not there"), target.get(name, "not there")) for name in names]
    differ = [f"{name}: {left} -> {arrived}" for name, left, arrived in both if left != arrived]
    more = [f"and {len(differ) - _TOLD} more"] if len(differ) > _TOLD else []
    return differ[:_TOLD] + more


def where(login: Login) -> str:
    return f"{login['host']}:{login['port']}"


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _version(there: Side | None) -> str:
    return f"PostgreSQL {_major(there)}" if there else "where its logins are made first; whether all else is well there is seen then"


def _major(side: Side) -> int:
    return side["version"] // 10_000
