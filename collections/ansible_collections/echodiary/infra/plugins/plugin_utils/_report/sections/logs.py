# SPDX-License-Identifier: GPL-3.0-or-later
"""What was written to the logs as an error, the most frequent first; from a log store that speaks LogsQL, where there is one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from ..._common import timestamps
from .. import model, words

if TYPE_CHECKING:
    from ....module_utils._gate.shapes import Answer, Probe
    from ..shapes import Plan

KEY, TITLE = "logs", "Log errors"
#: as they are told from other lines, in any spelling
ERRORS = "level:in(ERROR,CRITICAL,FATAL,ALERT,EMERGENCY,error,err,critical,crit,fatal,alert,emerg)"
TOP = 10
#: s that the question may take
_TIMEOUT = 60.0
#: numbers, addresses and the like do not make another error of it
_QUERY = "{error} | collapse_nums | stats by (_msg) count() as hits | sort by (hits desc) | limit {top}"


class Store(NamedTuple):
    """How it is asked. ``errors``: a filter of LogsQL; ``password``: empty where it asks for none."""

    errors: str = ERRORS
    user: str = ""
    password: str = ""


class Figures(NamedTuple):
    text: str
    times: int


def question(plan: Plan, store: Store) -> Probe:
    begin, end = (timestamps.to_text(plan["end"] - back) for back in (86_400 * plan["days"], 0))
    return {
        "method": "POST",
        "url": f"{plan['logs'].rstrip('/')}/select/logsql/query",
        "body": urlencode({"query": _QUERY.format(error=store.errors, top=TOP), "start": begin, "end": end}),
        "headers": {"Content-Type": "application/x-www-form-urlencoded", **_authorization(store)},
        "whole": True,
        "timeout": _TIMEOUT,
        "validate_certs": True,
        "ca_path": None,
    }


def section(plan: Plan, answer: Answer | None) -> model.Section:
    if not plan["logs"]:
        return model.absent(KEY, TITLE, "no log store")
    if answer is None:
        return model.unknown(KEY, TITLE, "the log store was not asked")
    if answer["status"] != 200:
        return model.unknown(KEY, TITLE, f"the log store answers {answer['status']}: {answer['text'][:200]}")
    try:
        every = list(_read(answer["text"]))
    except (ValueError, KeyError, TypeError) as error:
        return model.unknown(KEY, TITLE, f"the log store answered what cannot be read: {error}")
    rows = [(words.number(one.times), one.text) for one in every]
    return model.Section(
        KEY,
        TITLE,
        "good",
        f"{words.number(sum(one.times for one in every))} lines of the {len(every)} most frequent" if every else "no error was written",
        tables=[model.Table(("times", "line"), rows, frozenset({0}))] if rows else [],
        figures={"errors": [one._asdict() for one in every]},
    )


def _authorization(store: Store) -> dict[str, str]:
    if not store.password:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{store.user}:{store.password}".encode()).decode()}


def _read(text: str) -> Iterator[Figures]:
    for line in text.splitlines():
        if line.strip():
            found = json.loads(line)
            said = " ".join(str(found["_msg"]).split())
            yield Figures(said if len(said) <= 160 else f"{said[:159]}…", int(found["hits"]))
