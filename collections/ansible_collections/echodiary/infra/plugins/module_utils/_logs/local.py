# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the host itself, for when the store cannot be asked: Docker's files, the journal, what was done by deploys. Bounded in time and
bytes, and masked before they leave, as the shipper does it."""

from __future__ import annotations

import heapq
import json
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import containers, history, journal, masks, wanted

if TYPE_CHECKING:
    from .shapes import Asked, Line

#: seconds for all of it
SECONDS = 25.0
#: bytes of all lines
MOST = 16_000_000


def lines(asked: Asked) -> tuple[list[Line], bool]:
    """The newest that fit, oldest first; whether there are older ones, or some that were not looked at."""
    end = time.monotonic() + SECONDS
    newest: list[tuple[float, int, Line]] = []
    cut = False
    for number, (moment, line) in enumerate(_masked(asked, _all(asked, end))):
        entry = (moment, number, line)
        if len(newest) < asked["last"]:
            heapq.heappush(newest, entry)
        else:
            heapq.heappushpop(newest, entry)
            cut = True
    found = [line for _, _, line in sorted(newest, key=lambda one: one[:2])]
    kept = _within(found)
    return kept, cut or len(kept) < len(found) or time.monotonic() > end


def _all(asked: Asked, end: float) -> Iterator[tuple[float, Line]]:
    for source in (containers.lines, journal.lines, history.lines):
        for moment, line in source(asked["since"], asked["until"], end):
            yield moment, {"host": asked["name"], **line}


def _masked(asked: Asked, found: Iterable[tuple[float, Line]]) -> Iterator[tuple[float, Line]]:
    """What a line says is looked at again without its secrets: so the store would find it."""
    for moment, line in found:
        if wanted.fits(line, asked):
            clean = json.loads(masks.masked(json.dumps(line, ensure_ascii=False, separators=(",", ":"))))
            if wanted.fits(clean, asked):
                yield moment, clean


def _within(found: list[Line]) -> list[Line]:
    left = MOST
    for number, line in enumerate(reversed(found)):
        left -= sum(map(len, line.values()))
        if left < 0:
            return found[len(found) - number :]
    return found
