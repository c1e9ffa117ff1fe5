# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody wants to know of the logs: judged before anything is asked. Pure."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs import logsql

from gitops import clock
from gitops.errors import GitopsError

#: the year 3000
LATEST = 32_503_680_000.0
STORES = ("all", "errors", "audit")


class Typed(NamedTuple):
    """As it stands on the command line."""

    since: str = "15m"
    until: str = ""
    hosts: Sequence[str] = ()
    components: Sequence[str] = ()
    level: str = ""
    request: str = ""
    text: str = ""
    store: str = "all"
    last: int = 200


class Question(NamedTuple):
    """``since``, ``until``: seconds since 1970."""

    since: float
    until: float
    typed: Typed


def judged(typed: Typed, now: float) -> Question:
    since = _moment("since", typed.since, now)
    until = _moment("until", typed.until, now) if typed.until else now
    if since >= until:
        raise GitopsError(f"since {typed.since!r} is not before {'until ' + repr(typed.until) if typed.until else 'now'}; turn them round")
    if not 1 <= typed.last <= logsql.MOST:
        raise GitopsError(f"last {typed.last} is not between 1 and {logsql.MOST}")
    question = Question(since, until, typed)
    try:
        logsql.query(logsql.Wanted(since, until, typed.hosts, typed.components, typed.level, typed.request, typed.text))
    except SpecError as error:
        raise GitopsError(str(error)) from error
    return question


def _moment(name: str, given: str, now: float) -> float:
    """A span before now, or a moment."""
    with contextlib.suppress(ValueError):
        return _possible(now - clock.seconds(given))
    with contextlib.suppress(ValueError):
        return _possible(timestamps.to_wall(given))
    raise GitopsError(f"{name} {given!r} is neither a span nor a time; write it as 15m, 2h, 1d, or 2026-12-01T18:00:00+09:00")


def _possible(moment: float) -> float:
    if not 0 <= moment < LATEST:
        raise ValueError("no moment of which there are logs")
    return moment


def variables(question: Question, source: str) -> Mapping[str, Any]:
    """For the playbook. What somebody typed is text there, and never a template."""
    typed = question.typed
    given = {
        "since": _fine(question.since),
        "until": _fine(question.until),
        "logs_source": source,
        "logs_store": typed.store,
        "logs_limit": _text(",".join(typed.hosts)) if source == "store" else "",
        "logs_components": [_text(name) for name in typed.components],
        "logs_level": typed.level,
        "logs_request": _text(typed.request),
        "logs_text": _text(typed.text),
        "last": typed.last,
    }
    return {name: value for name, value in given.items() if value}


def _fine(moment: float) -> str:
    return f"{timestamps.to_text(int(moment))[:-1]}.{int(moment % 1 * 1e6):06d}Z"


def _text(given: str) -> Any:
    return {"__ansible_unsafe": given} if given else ""
