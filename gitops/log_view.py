# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of log for people: time, host, component, level, text, each line once; and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ansible_collections.echodiary.infra.plugins.module_utils._logs.shapes import Line
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs, timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs import command

from gitops.logs import Told
from gitops.questions import Question

Paint = Callable[[str, str], str]
#: of the text; --json has all of it
LONGEST = 300
#: of names, so that one long one does not push all text away
WIDEST = 24
TONES = {"DEBUG": "quiet", "WARNING": "change", "ERROR": "bad", "CRITICAL": "bad"}


class Widths(NamedTuple):
    """Of the columns before the text, as wide as what was shown so far."""

    time: int = 0
    host: int = 0
    component: int = 0
    level: int = 0


NARROW = Widths()


def wider(found: Sequence[Line], today: str, least: Widths = NARROW) -> Widths:
    rows = [cells(line, today) for line in found]
    return Widths(*(max([wide, *(len(row[number]) for row in rows)]) for number, wide in enumerate(least)))


def lines(found: Sequence[Line], today: str, paint: Paint, wide: Widths) -> Iterator[str]:
    """``today``: as in 2026-12-01; of other days the date is told."""
    for row in (cells(line, today) for line in found):
        text = "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, wide, strict=False)), row[-1]]).rstrip()
        yield paint(TONES[row[3]], text) if row[3] in TONES else text


def cells(line: Line, today: str) -> tuple[str, str, str, str, str]:
    """In UTC."""
    day, _, time = line["_time"].rstrip("Z").partition("T")
    clock = time[:12] if day == today else f"{day} {time[:12]}"
    who = f"{line.get('component', '')}{'/' + line['slot'] if line.get('slot') else ''}"
    return clock, _name(line.get("host", "")), _name(who), _name(line.get("level", "")), text(line)


def text(line: Line) -> str:
    """One line of it, and how an exception ended."""
    said = line["_msg"].strip().split("\n")
    more = [f"… +{len(said) - 1} lines"] if len(said) > 1 else []
    ended = [f"| {one.strip()}" for one in line.get("exception", "").strip().split("\n")[-1:] if one.strip()]
    whole = outputs.name(" ".join([said[0], *more, *ended]))
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def _name(given: str) -> str:
    shown = outputs.name(given)
    return shown if len(shown) <= WIDEST else f"{shown[: WIDEST - 1]}…"


def next_step(question: Question, told: Told, sources: Iterable[str]) -> str:
    """The command that shows what was left out, what belongs to the last error, or more."""
    if not told.lines:
        longer = _command(question, sources, since=_earlier(question))
        return f"no lines since {timestamps.to_text(question.since)}; next: {longer}"
    number = "1 line" if len(told.lines) == 1 else f"{len(told.lines)} lines"
    if told.cut:
        older = _command(question, sources, since=timestamps.to_text(question.since), until=told.lines[0]["_time"])
        return f"{number}, the newest; next: {older} for older ones"
    request = next((line["request_id"] for line in reversed(told.lines) if _failed(line)), "")
    if request and not question.typed.request:
        asked = {"since": question.typed.since, "until": question.typed.until, "request": request}
        return f"{number}; next: {command.command(sources, asked)}"
    return f"{number}; next: the same with --json for all that a line says" + (
        "" if question.typed.until else ", or with --follow for what comes"
    )


def again(question: Question, sources: Iterable[str]) -> str:
    """The command that shows what was followed."""
    return _command(question, sources, since=timestamps.to_text(question.since))


def _command(question: Question, sources: Iterable[str], **instead: str) -> str:
    typed = question.typed
    asked = {
        "since": typed.since,
        "until": typed.until,
        "limit": ",".join(typed.hosts),
        "component": ",".join(typed.components),
        "level": typed.level,
        "request": typed.request,
        "grep": typed.text,
        "store": typed.store if typed.store != "all" else "",
    }
    return command.command(sources, {**asked, **instead})


def _failed(line: Line) -> bool:
    return line.get("level") in ("ERROR", "CRITICAL") and bool(line.get("request_id"))


def _earlier(question: Question) -> str:
    """Four times as far back."""
    return timestamps.to_text(question.until - 4 * (question.until - question.since))
