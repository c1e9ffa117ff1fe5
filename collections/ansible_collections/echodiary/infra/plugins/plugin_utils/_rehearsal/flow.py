# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task to its result: look, plan, bring the dump, rehearse, judge. The calls are given, so this runs without Ansible as well."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from .._common.errors import SpecError
from .._inside import words as inside
from . import options, plan, verdict, words

if TYPE_CHECKING:
    from ...module_utils._rehearsal.shapes import Dump, Looked, Rehearsed, Wanted
    from .shapes import Data, Options, Result

    #: what a host is asked in, its answer out
    Call = Callable[[Wanted], Any]

#: of a dump that comes from another host, so much at once
PART = 8 << 20
NOTHING, WOULD = "nothing", "would"


class Asking(NamedTuple):
    """``there``: the host that keeps the dumps, where that is not the one that rehearses, which is called ``name``."""

    here: Call
    there: Call | None
    name: str


class NothingError(SpecError):
    """There is nothing to rehearse on, or no way to; why."""


def run(args: Options, ask: Asking, check: bool) -> Result:
    try:
        return _run(args, ask, check)
    except NothingError as error:
        return _nothing(args, str(error))
    except SpecError as error:
        return _nothing(args, f"{ask.name}: {error}")


def _run(args: Options, ask: Asking, check: bool) -> Result:
    here: Looked = _said(ask.here(options.wanted(args, "look")), ask.name)
    there: Looked | None = _said(ask.there(options.wanted(args, "look")), args["backup_host"]) if ask.there else None
    planned = plan.plan(args, here, there)
    if planned.dump is None:
        raise NothingError("; ".join([f"{ask.name}: {planned.why}" if not here.get("docker") else planned.why, *planned.notes]))
    if check:
        return _would(args, planned, ask.name)
    if planned.bring and ask.there:
        _bring(args, planned.dump, ask)
    asked: Any = {**options.wanted(args, "rehearse", planned.dump), **options.runs(args), "brought": planned.bring}
    return _judged(args, planned, _said(ask.here(asked), ask.name))


def _bring(args: Options, dump: Dump, ask: Asking) -> None:
    """Through this process, part by part: neither on a disk of the controller nor in a file of the host."""
    there = ask.there
    _said(ask.here(options.wanted(args, "open", dump)), ask.name)
    for offset in range(0, max(dump["size"], 1), PART):
        asked: Any = {**options.wanted(args, "part", dump), "offset": offset, "length": PART}
        part = _said(there(asked), args["backup_host"])["part"] if there else ""
        brought: Any = {**options.wanted(args, "append", dump), "part": part}
        _said(ask.here(brought), ask.name)


def _judged(args: Options, planned: plan.Plan, done: Rehearsed) -> Result:
    dump = planned.dump
    error = done.get("error")
    if dump is None or error:
        raise NothingError(inside.trouble(error, args["image"]) if error else planned.why)
    if done["unknown"]:
        raise NothingError(f"{args['image']} does not know revision {', '.join(done['unknown'])} of dump {dump['id']}; back up again")
    limits = verdict.Limits(args["max_wait"], args["max_seconds"], args["accept_lost_rows"])
    found = verdict.judge(done["measured"], args["pending"], limits, options.allowances(args))
    if not any(one["verdict"] != verdict.BEFORE for one in found):
        raise NothingError(f"dump {dump['id']} is at {inside.at(done['current'])} already, so nothing is pending there")
    refused = any(one["verdict"] == verdict.REFUSED for one in found)
    return {
        "changed": False, "failed": refused, "verdict": verdict.REFUSED if refused else verdict.PASSED,
        "msg": words.summary(found, words.data(dump, done["rows"], time.time())), "migrations": found, "dump": _data(dump),
        "rows": done["rows"], "tables": done["tables"], "restored": done["restored"], "restore_seconds": done["restore_seconds"],
        "seconds": done["seconds"], "notes": [*planned.notes, *done["notes"]],
    }  # fmt: skip


def _would(args: Options, planned: plan.Plan, name: str) -> Result:
    dump = planned.dump
    if dump is None:
        raise NothingError(planned.why)
    how = (
        "which is restored there already"
        if planned.kept
        else "which would be brought there and restored"
        if planned.bring
        else "which would be restored"
    )
    which = ", ".join(args["pending"]) or "what is pending"
    old = words.age(time.time() - dump["timestamp"])
    msg = f"would rehearse {which} on dump {dump['id']} ({old} old) on {name}, {how}; nothing was started"
    return {"changed": False, "failed": False, "verdict": WOULD, "msg": msg, "dump": _data(dump), "notes": planned.notes}


def _nothing(args: Options, why: str) -> Result:
    which = ", ".join(args["pending"]) or "what is pending"
    out = "; mend that, or go on without: -e deploy_rehearse=warn" if args["required"] else ""
    return {"changed": False, "failed": args["required"], "verdict": NOTHING, "msg": f"{which} was not rehearsed: {why}{out}"}


def _data(dump: Dump) -> Data:
    return {"source": dump["source"], "id": dump["id"], "age": int(time.time() - dump["timestamp"]), "size": dump["size"]}


def _said(answer: Any, name: str) -> Any:
    if answer.get("failed"):
        raise NothingError(f"{name}: {answer['msg']}")
    return answer
