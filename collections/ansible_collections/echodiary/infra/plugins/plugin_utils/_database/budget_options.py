# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``database_budget``, what is asked of the host for them, and what its answer means for people."""

from __future__ import annotations

from typing import Any

from .._common.errors import SpecError
from .._inside import place, words
from . import budget_plan as plan

#: no connection is to be had: of the server, or of the role or database
EXHAUSTED = "53300"

ARGUMENTS: dict[str, Any] = {
    "hosts": {"type": "int", "required": True},
    "overlap_hosts": {"type": "int"},
    "workers": {"type": "int", "required": True},
    "pool_size": {"type": "int", "required": True},
    "pool_overflow": {"type": "int", "required": True},
    "extra_per_worker": {"type": "int", "default": 1},
    "postgresql_major": {"type": "int"},
    "application": {"type": "str", "default": ""},
    "timeout": {"type": "int", "default": 60},
    **place.ARGUMENTS,
}
RULES: dict[str, Any] = place.RULES


def demand(arguments: dict[str, Any]) -> plan.Demand:
    """Raises SpecError for numbers that cannot be meant."""
    for name, least in (("hosts", 1), ("workers", 1), ("pool_size", 1), ("pool_overflow", 0), ("extra_per_worker", 0), ("timeout", 1)):
        if arguments[name] < least:
            raise SpecError(f"{name}: {arguments[name]} is less than {least}; give the number that the application runs with")
    hosts, overlap = arguments["hosts"], arguments["overlap_hosts"]
    overlap = hosts if overlap is None else overlap
    if not 0 <= overlap <= hosts:
        raise SpecError(f"overlap_hosts: {overlap} is not between 0 and the {hosts} hosts there are")
    sizes = (arguments[name] for name in ("workers", "pool_size", "pool_overflow", "extra_per_worker"))
    return plan.Demand(hosts, overlap, *sizes)


def reading(arguments: dict[str, Any]) -> dict[str, Any]:
    """The run that looks, bounded in every part."""
    timeout = arguments["timeout"]
    settings = {"lock_timeout": 3000, "statement_timeout": timeout * 1000}
    return place.run(arguments, arguments["image"], {"do": "connections"}, timeout, settings)


def result(arguments: dict[str, Any], asked: plan.Demand, answer: dict[str, Any]) -> dict[str, Any]:
    """The task's result. ``answer``: what the host said to ``reading``."""
    where = arguments["image"] or arguments["virtualenv"]
    if answer.get("failed"):
        return {"changed": False, "failed": True, "msg": answer["msg"]}
    facts = answer["answers"][0]
    if "error" in facts:
        return {"changed": False, "failed": True, "msg": _trouble(facts["error"], where), "demand": asked.total}
    now = plan.present(facts, arguments["application"])
    bounds = plan.limits(facts, now)
    wrong = plan.problems(facts, asked, bounds, arguments["postgresql_major"])
    tightest = min(bounds, key=lambda bound: bound.free)
    remark = plan.surplus(asked, now)
    return {
        "changed": False,
        "failed": bool(wrong),
        "msg": "; ".join(wrong) or f"{asked} <= {tightest}",
        "warnings": [remark] if remark else [],
        "demand": asked.total,
        "resting": asked.resting,
        "free": tightest.free,
        "fits_per_worker": plan.fits_per_worker(asked, bounds),
        "limits": [_shown(bound) for bound in bounds],
        "own": now.own,
        "others": now.others,
        "sessions": facts["sessions"],
        **{name: facts[name] for name in ("server_version_num", "max_connections", "reserved", "role", "database")},
        "seconds": facts["seconds"],
    }


def _shown(bound: plan.Limit) -> dict[str, Any]:
    return {"name": bound.name, "limit": bound.whole, "reserved": bound.reserved, "others": bound.others, "free": bound.free}


def _trouble(error: dict[str, Any], where: str) -> str:
    if error.get("sqlstate") == EXHAUSTED or "too many" in error["text"] or "remaining connection slots" in error["text"]:
        return f"not one connection is left, so a second slot could not start: {error['text']}; see pg_stat_activity for who holds them"
    return words.trouble(error, where)
