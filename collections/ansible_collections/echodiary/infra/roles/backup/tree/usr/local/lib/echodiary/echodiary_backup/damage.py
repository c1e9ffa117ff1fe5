# SPDX-License-Identifier: GPL-3.0-or-later
"""What pg_amcheck says, relation by relation, and which of it is damage. Pure.

It tells every error in the same way: a lock that was not to be had as an index that is broken. What is not certain is asked once more, and
then judged by the error's code, since its words are in the server's language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

#: who may not read that much is told the rest by the journal
_TOLD, _LENGTH = 3, 200
_HEADING = re.compile(r'(?P<kind>heap table|btree index) "(?P<name>.+)"(?P<place>, block .*)?:$')
#: as psql writes it without words: the classes of errors in which data, an index or a file is not what it has to be
_BROKEN = ("XX", "58")
WELL = "00000"
_PROGRESS = re.compile(r"(\d+)/\d+ relations \(\d+%\), +(\d+)/\d+ pages")


class Found(NamedTuple):
    """``relation``: schema and name; ``certain``: a fact of the page, not an error on the way."""

    kind: str
    relation: str
    words: str
    certain: bool


class Judged(NamedTuple):
    """``unseen``: what could not be looked at; ``again``: well when it was asked once more."""

    damaged: list[Found]
    unseen: list[Found]
    again: list[Found]


def read(said: str, database: str) -> list[Found]:
    """The first thing that is said of each relation. A fact goes before an error."""
    found: dict[str, Found] = {}
    heading: re.Match[str] | None = None
    for line in said.splitlines():
        heading = _HEADING.fullmatch(line) or heading
        if heading is None or not line.startswith("    "):
            continue
        relation = heading["name"].removeprefix(f"{database}.")
        words, certain = line.strip(), bool(heading["place"])
        if relation not in found or (certain and not found[relation].certain):
            found[relation] = Found(heading["kind"], relation, re.sub(r"^[^:]*: {2}", "", words) if not certain else words, certain)
    return list(found.values())


def judged(found: Sequence[Found], states: Sequence[str]) -> Judged:
    """``states``: SQLSTATE of each that is not certain, in their order; what nobody could ask is unseen."""
    answers = iter(states)
    result = Judged([], [], [])
    for one in found:
        state = _BROKEN[0] if one.certain else next(answers, "")
        place = result.damaged if state.startswith(_BROKEN) else result.again if state == WELL else result.unseen
        place.append(one)
    return result


def told(found: Sequence[Found]) -> str:
    lines = [f"{one.kind} {one.relation} ({one.words[:_LENGTH]})" for one in found[:_TOLD]]
    return "; ".join([*lines, *([f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else [])])


def looked_at(said: str) -> tuple[int, int]:
    """Relations and pages, as it tells its progress."""
    found = _PROGRESS.findall(said)
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 0)
