# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``database_sessions``, what is asked of the host for them, and what its answer means for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from .._inside import place, words
from . import administrator_call
from . import sessions_plan as plan

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run, Said
    from ...module_utils._inside.shapes import Error, Session, Sessions

EXHAUSTED = "53300"

ARGUMENTS: dict[str, Any] = {
    "end": {"type": "str", "choices": ["none", plan.IDLE, plan.BLOCKERS], "default": "none"},
    "older_than": {"type": "float", "default": 0.0},
    "application": {"type": "str", "default": ""},
    "role": {"type": "str", "default": ""},
    "timeout": {"type": "int", "default": 60},
    "component": {"type": "str"},
    **place.ARGUMENTS,
}
RULES: dict[str, Any] = place.RULES


class Options(administrator_call.Options):
    """A task's values of ARGUMENTS."""

    end: str
    older_than: float
    application: str
    role: str
    timeout: int


def rule(arguments: Options) -> plan.Rule:
    """Raises SpecError for what cannot be meant."""
    if arguments["older_than"] < 0:
        raise SpecError(f"older_than: {arguments['older_than']:g} is less than 0 seconds")
    for name, pattern in (("application", arguments["application"]), ("role", arguments["role"])):
        try:
            re.compile(pattern)
        except re.error as error:
            raise SpecError(f"{name}: {pattern!r} is no regular expression ({error})") from error
    end = "" if arguments["end"] == "none" else arguments["end"]
    return plan.Rule(end, arguments["older_than"], arguments["application"], arguments["role"])


def request(arguments: Options, orders: list[Session]) -> Run:
    settings = {"lock_timeout": 3000, "statement_timeout": arguments["timeout"] * 1000}
    return place.run(arguments, arguments["image"], {"do": "sessions", "end": orders}, arguments["timeout"], settings)


def facts(arguments: Options, answer: Said) -> Sessions:
    """The first run's answer. Raises SpecError with the reason where there is none."""
    found: Sessions = place.first(arguments, answer, _trouble)
    return found


def result(found: Sessions, choice: plan.Choice, done: Sessions | None) -> dict[str, Any]:
    """``done``: the answer of the run that ended them, if there was one."""
    limits, sessions = found["limits"], found["sessions"]
    ended = done["ended"] if done else []
    return {
        "changed": bool(ended) if done else bool(choice.victims),
        "used": len(sessions),
        "limit": limits["most"] - limits["reserved"],
        "holders": plan.holders(sessions),
        "queue": plan.queue(sessions),
        "victims": [plan.words(one) for one in choice.victims],
        "spared": [f"{plan.words(one)} stays: {why}" for one, why in choice.spared],
        "ended": ended,
        "refused": [f"pid {pid}: {why}" for pid, why in (done["refused"] if done else {}).items()],
        "sessions": sessions,
    }


def _trouble(error: Error, where: str) -> str:
    if error.get("sqlstate") == EXHAUSTED or "remaining connection slots" in error["text"] or "too many clients" in error["text"]:
        return (
            f"no connection is left, not even a reserved one: {error['text']}; give role pg_use_reserved_connections to who asks "
            "(docs/operations.md), or restart one application host"
        )
    return words.trouble(error, where)
