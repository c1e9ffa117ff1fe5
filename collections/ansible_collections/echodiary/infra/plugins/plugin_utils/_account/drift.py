# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as a component of the drift report: what differs, whether what is there works, who moved. Pure but for ``judged``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ...module_utils._kinds.model import worst_health
from . import guards, looking, model, observe, run, told
from .aws import of as asking
from .kinds import catalog

if TYPE_CHECKING:
    from .declaration import Environment
    from .looking import Look
    from .model import Change, Seen
    from .told import Told

#: of the component
NAME = "account"
#: AWS's words for what does not work, whatever it is
_BROKEN = re.compile(r"fail|error|incompatible|inaccessible|storage-full|stop|disabled|delet|terminat|shutting|reject|expired|impaired")
#: what a sync does; the rest is told
_DONE = (model.CREATE, model.UPDATE, model.RESTART)
_ABSENT = "is not there"
#: so often an AWS that does not answer at all is asked: a report waits for it
_ATTEMPTS = 2


class Changed(TypedDict):
    """As a host tells a change."""

    resource: str
    action: str
    origin: str
    why: str
    fields: dict[str, list[Any]]
    diff: str


class Judged(TypedDict):
    """As a host tells a component. ``evidence``: resource -> what is known of who moved it."""

    name: str
    status: str
    sync: str
    health: str
    msg: str
    notes: list[str]
    changes: list[Changed]
    seconds: dict[str, float]
    evidence: dict[str, dict[str, str]]


def judged(env: Environment, login: Mapping[str, str | None], costs: Callable[[list[Change]], str]) -> Judged:
    """``costs``: what changes cost, in words. Changes nothing.

    RefusedError where a right is missing, SpecError for whatever else keeps anybody from judging.
    """
    began = time.monotonic()
    guards.check(env, run.wanted(env))
    aws = asking(login)
    observe.check_account(asking(login, _ATTEMPTS), env)
    look = looking.look(aws, env)
    return of(look, costs(look.changes), round(time.monotonic() - began, 3))


def of(look: Look, costs: str, seconds: float) -> Judged:
    return {
        "name": NAME,
        "status": "ok",
        "sync": "OutOfSync" if look.changes else "Synced",
        "health": health(look.seen, look.changes),
        "msg": "; ".join(ill(look.seen, look.changes)),
        "notes": [costs, *look.notes],
        "changes": [_changed(one) for one in look.told],
        "seconds": {"account": seconds},
        "evidence": {one["resource"]: {"by": one["by"]} for one in look.told if "by" in one},
    }


def _changed(one: Told) -> Changed:
    new = one["action"] == model.CREATE
    return {
        "resource": one["resource"],
        "action": one["action"] if one["action"] in _DONE else "report",
        "origin": one.get("origin", ""),
        "why": one["refused"] or (_ABSENT if new else ""),
        "fields": told.brief(one),
        "diff": "",
    }


def health(seen: Iterable[Seen], changes: Iterable[Change]) -> str:
    return worst_health([*(_health(one) for one in seen), *("Missing" for _ in _missing(changes))])


def _health(one: Seen) -> str:
    if _BROKEN.search(one.state.lower()):
        return "Degraded"
    return "Healthy" if one.settled else "Progressing"


def ill(seen: Iterable[Seen], changes: Iterable[Change]) -> list[str]:
    """What is not well, in words."""
    bad = [f"{one.resource} is {one.state}" for one in seen if _health(one) != "Healthy"]
    return bad + [f"{one.resource} {_ABSENT}" for one in _missing(changes)]


def _missing(changes: Iterable[Change]) -> list[Change]:
    """What runs. Of the rest users see nothing, and that it differs says enough."""
    return [one for one in changes if one.action == model.CREATE and getattr(catalog.named(one.resource.kind), "RUNS", False)]
