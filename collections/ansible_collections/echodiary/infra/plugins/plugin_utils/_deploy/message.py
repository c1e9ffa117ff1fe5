# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of a deploy on every channel: one line, its colour, and the document of a webhook. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, TypedDict

from .plan import Run, run_id
from .registered import Caller, Registered

STARTED: Final = "started"
_COLOURS: Final = {"succeeded": "good", STARTED: "#439FE0", "taken_back": "warning", "notice": "good"}


class Body(TypedDict):
    """Of a webhook. ``seconds``: 0 while it lasts."""

    text: str
    event: str
    kind: str
    environment: str
    id: str
    seconds: float


class News(NamedTuple):
    """``event``: started, or how it ended; ``goal``: in words; ``image``: what was to run, ``before``: what ran. ``seconds``: None while it
    lasts. ``run``: its id. ``logs``: the command that shows what was said meanwhile."""

    event: str
    kind: str
    goal: str
    reason: str
    who: str
    environment: str
    before: str
    image: str
    seconds: float | None
    error: str
    warning: str
    run: str
    logs: str = ""


def news(event: str, run: Run, lead: Registered) -> News:
    plan, context = run
    return News(
        event=event,
        kind=plan.kind,
        goal=plan.release,
        reason=context.reason,
        who=context.who or lead.caller.who,
        environment=context.environment,
        before=lead.before.image,
        image=lead.image or plan.pinned,
        seconds=(lead.verdict.get("seconds") or {}).get("total"),
        error=str(lead.verdict.get("error") or ""),
        warning=str(lead.saved.get("msg") or "") if lead.saved.get("warning") else "",
        run=run_id(plan.kind, lead.began, lead.token),
        logs=str(lead.verdict.get("logs") or ""),
    )


def colour(event: str) -> str:
    """As Slack names it."""
    return _COLOURS.get(event, "danger")


def text(told: News, caller: Caller) -> str:
    """One line: who, what, where, why, from -> to, how long, what went wrong, of what nothing depends on, too,
    how to read on and where to look."""
    what = f"{told.who}: {told.kind} of {told.goal} {told.event} in {told.environment or 'the fleet'}"
    took = "" if told.seconds is None else f"{told.seconds} s"
    parts = [what, told.reason, _moved(told), took, next(iter(told.error.splitlines()), ""), told.warning, told.logs, caller.url]
    return " - ".join(filter(None, parts))


def _moved(told: News) -> str:
    if told.event == STARTED or not told.image:
        return ""
    return f"{_brief(told.before) or 'nothing'} -> {_brief(told.image)}"


def _brief(image: str) -> str:
    """The digest's beginning; the whole reference where there is none."""
    found = re.search("sha256:(.{12})", image)
    return found[1] if found else image


def body(told: News, caller: Caller) -> Body:
    return Body(
        text=text(told, caller),
        event=told.event,
        kind=told.kind,
        environment=told.environment,
        id=told.run,
        seconds=told.seconds or 0,
    )
