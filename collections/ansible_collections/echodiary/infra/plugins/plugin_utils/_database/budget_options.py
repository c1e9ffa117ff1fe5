# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``database_budget``, what is asked of the host for them, and what its answer means for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._common.errors import SpecError
from .._inside import place, words
from . import budget_plan as plan

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run, Said
    from ...module_utils._inside.shapes import Connections, Error

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


class Options(place.Options):
    """A task's values of ARGUMENTS."""

    hosts: int
    overlap_hosts: int | None
    workers: int
    pool_size: int
    pool_overflow: int
    extra_per_worker: int
    postgresql_major: int | None
    application: str
    timeout: int


#: the least that can be meant
_LEAST: tuple[tuple[Literal["hosts", "workers", "pool_size", "pool_overflow", "extra_per_worker", "timeout"], int], ...] = (
    ("hosts", 1), ("workers", 1), ("pool_size", 1), ("pool_overflow", 0), ("extra_per_worker", 0), ("timeout", 1),
)  # fmt: skip


def demand(arguments: Options) -> plan.Demand:
    """Raises SpecError for numbers that cannot be meant."""
    for name, least in _LEAST:
        if arguments[name] < least:
            raise SpecError(f"{name}: {arguments[name]} is less than {least}; give the number that the application runs with")
    hosts, overlap = arguments["hosts"], arguments["overlap_hosts"]
    overlap = hosts if overlap is None else overlap
    if not 0 <= overlap <= hosts:
        raise SpecError(f"overlap_hosts: {overlap} is not between 0 and the {hosts} hosts there are")
    sizes = (arguments["pool_size"], arguments["pool_overflow"], arguments["extra_per_worker"])
    return plan.Demand(hosts, overlap, arguments["workers"], *sizes)


def reading(arguments: Options) -> Run:
    """The run that looks, bounded in every part."""
    timeout = arguments["timeout"]
    settings = {"lock_timeout": 3000, "statement_timeout": timeout * 1000}
    return place.run(arguments, arguments["image"], {"do": "connections"}, timeout, settings)


def result(arguments: Options, asked: plan.Demand, answer: Said) -> dict[str, Any]:
    """The task's result. ``answer``: what the host said to ``reading``."""
    where = arguments["image"] or arguments["virtualenv"] or ""
    if answer.get("failed"):
        return {"changed": False, "failed": True, "msg": answer["msg"]}
    found = answer["answers"][0]
    if "error" in found:
        return {"changed": False, "failed": True, "msg": _trouble(found["error"], where), "demand": asked.total}
    return _judged(arguments, asked, found)


def _judged(arguments: Options, asked: plan.Demand, facts: Connections) -> dict[str, Any]:
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
        "server_version_num": facts["server_version_num"],
        "max_connections": facts["max_connections"],
        "reserved": facts["reserved"],
        "role": facts["role"],
        "database": facts["database"],
        "seconds": facts["seconds"],
    }


def _shown(bound: plan.Limit) -> dict[str, Any]:
    return {"name": bound.name, "limit": bound.whole, "reserved": bound.reserved, "others": bound.others, "free": bound.free}


def _trouble(error: Error, where: str) -> str:
    if error.get("sqlstate") == EXHAUSTED or "too many" in error["text"] or "remaining connection slots" in error["text"]:
        return f"not one connection is left, so a second slot could not start: {error['text']}; see pg_stat_activity for who holds them"
    return words.trouble(error, where)
