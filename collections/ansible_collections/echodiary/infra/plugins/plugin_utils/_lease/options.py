# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``deploy_lock``: what may be asked, checked before the host is called, and what check mode may promise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict

from ...module_utils._lease.planning import TTL
from .._common import timestamps
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Asked, Decided, LeaseView

STATES = ("acquired", "renewed", "released", "frozen", "thawed", "read")

SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": list(STATES), "default": "acquired"},
    "name": {"type": "str", "default": "deploy"},
    "owner": {"type": "str"},
    "reason": {"type": "str"},
    "run_url": {"type": "str"},
    "ttl": {"type": "float"},
    "token": {"type": "int"},
    "wait": {"type": "float", "default": 0.0},
    "force": {"type": "bool", "default": False},
    "until": {"type": "str"},
    "override_freeze": {"type": "str", "default": ""},
    "textfiles": {"type": "path"},
    "environment": {"type": "str", "default": ""},
    "outcome": {"type": "str", "default": "unknown"},
    "directory": {"type": "path", "default": "/var/lib/echodiary/lease"},
}
REQUIRED_IF = [
    ("state", "acquired", ("reason",)),
    ("state", "renewed", ("token",)),
    ("state", "frozen", ("reason", "until")),
    ("state", "thawed", ("reason",)),
    ("force", True, ("reason",)),
]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Options(TypedDict):
    """A task's values of SPEC."""

    state: str
    name: str
    owner: str | None
    reason: str | None
    run_url: str | None
    ttl: float | None
    token: int | None
    wait: float
    force: bool
    until: str | None
    override_freeze: str
    textfiles: str | None
    environment: str
    outcome: str
    directory: str


class OptionError(SpecError):
    """One line: which option, what is wrong with it, what to write instead."""


def asked(args: Options, owner: str, run_url: str) -> Asked:
    """What the host is asked, complete; ``owner`` and ``run_url`` stand in for what was not given."""
    _check(args)
    return {
        "state": args["state"],
        "owner": args["owner"] or owner,
        "reason": (args["reason"] or "").strip(),
        "run_url": args["run_url"] if args["run_url"] is not None else run_url,
        "ttl": args["ttl"],
        "token": args["token"],
        "force": args["force"],
        "override_freeze": args["override_freeze"].strip(),
        "until": _until(args["until"] or "") if args["state"] == "frozen" else None,
        "textfiles": args["textfiles"],
        "environment": args["environment"],
        "outcome": args["outcome"],
    }


def predicted(answer: Decided, args: Options) -> Decided:
    """What check mode says where the run itself would have changed the lock by now.

    A preview acquires nothing, so the token it goes on with is one that no lock knows: that is not a lost lease. And a run that would
    wait is not refused yet.
    """
    unknown = args["token"] is not None and args["token"] > answer["last_token"]
    if answer["outcome"] == "lost" and unknown:
        return {**answer, "outcome": "done", "changed": True, "lease": _imagined(answer, args)}
    if args["state"] == "released" and unknown and not args["force"]:
        return {**answer, "outcome": "done", "changed": True, "notes": []}
    if answer["lease"] and answer["outcome"] == "held" and args["state"] == "acquired" and args["wait"] > 0:
        note = f"now held by {answer['lease']['owner']}, would wait for up to {timestamps.span(args['wait'])}"
        return {**answer, "outcome": "done", "changed": True, "lease": _imagined(answer, args), "notes": [note]}
    return answer


def _imagined(answer: Decided, args: Options) -> LeaseView:
    token, ttl = args["token"] or answer["last_token"] + 1, args["ttl"] or TTL
    return {
        "token": token, "owner": args["owner"] or "", "reason": args["reason"] or "", "run_url": args["run_url"] or "", "override": "",
        "ttl": ttl, "seconds_left": ttl, "acquired": answer["now"], "renewed": answer["now"], "expired": False,
        "expires": timestamps.later(answer["now"], ttl),
    }  # fmt: skip


def _check(args: Options) -> None:
    if not _NAME.fullmatch(args["name"]):
        raise OptionError(f"name: {args['name']!r} is no name of a lock; use letters, digits, '.', '_' and '-', 64 at most")
    if args["ttl"] is not None and not 5 <= args["ttl"] <= 86400:
        raise OptionError(f"ttl: {args['ttl']:g} is not between 5 s and a day; renew a lease rather than make it long")
    if not 0 <= args["wait"] <= 86400:
        raise OptionError(f"wait: {args['wait']:g} is not between 0 and a day of seconds")
    needs_reason = args["force"] or args["state"] in ("acquired", "frozen", "thawed")
    if needs_reason and not (args["reason"] or "").strip():
        raise OptionError("reason: is empty; say why, the next one to come reads it")


def _until(text: str) -> str:
    try:
        return timestamps.normalize(text)
    except ValueError:
        raise OptionError(
            f"until: {text!r} is neither a date (2026-12-01) nor a time with its offset (2026-12-01T09:00:00+09:00)"
        ) from None
