# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask of the logs, in LogsQL. Pure; whatever they typed becomes text of a query in ``quoted``, and nowhere else."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...module_utils._logs.shapes import LEVELS
from .._common.errors import SpecError
from .backends import PROGRAM, Work

#: as many lines as one question may bring
MOST = 10_000


class Wanted(NamedTuple):
    """``since``, ``until``: seconds since 1970. What is empty asks for everything. ``level``: that one and what is worse."""

    since: float
    until: float
    hosts: Sequence[str] = ()
    components: Sequence[str] = ()
    level: str = ""
    request: str = ""
    text: str = ""


def levels(level: str) -> list[str]:
    """This one and those that are worse; none for none. SpecError for one that there is not."""
    name = level.upper()
    if name and name not in LEVELS:
        raise SpecError(f"level {level!r} is none of {', '.join(LEVELS)}; name one of them, it stands for the worse ones, too")
    return list(LEVELS[LEVELS.index(name) :]) if name else []


def query(wanted: Wanted) -> str:
    """A filter, without what is done to what it finds."""
    return " ".join(_filters(wanted))


def of_backends(found: Sequence[Work]) -> str:
    """What PostgreSQL said by these processes in these times."""
    each = [f"({_span(one.since, one.until)} pid:={quoted(one.pid)})" for one in found]
    whole = _span(min(one.since for one in found), max(one.until for one in found))
    return f"{whole} component:={quoted(PROGRAM)} ({' or '.join(each)})"


def _span(since: float, until: float) -> str:
    return f"_time:[{_moment(since)}, {_moment(until)})"


def _filters(wanted: Wanted) -> Iterator[str]:
    yield _span(wanted.since, wanted.until)
    for field, values in (("host", wanted.hosts), ("component", wanted.components), ("level", levels(wanted.level))):
        if values:
            yield f"{field}:in({', '.join(map(quoted, values))})"
    if wanted.request:
        yield f"(request_id:={quoted(wanted.request)} or {quoted(wanted.request)})"
    if wanted.text:
        # a phrase would have to be whole words
        yield f"~{quoted(re.sub(_SPECIAL, _escaped, wanted.text))}"


def quoted(text: str) -> str:
    """A string of LogsQL, which are Go's: JSON's are, too. SpecError for what is no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SpecError(f"{text!r} is not UTF-8; what is asked for is text") from None
    return json.dumps(text, ensure_ascii=False)


#: what means something in an expression
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _moment(wall: float) -> str:
    return datetime.datetime.fromtimestamp(wall, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
