# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: sends the load, looks at it meanwhile, and removes what it has written. What sends it hangs on this process."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from ansible.utils.display import Display

from ..module_utils._ledger import files
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._load import bounds, kept, probing, rows, running, saturation
from ..plugin_utils._load.shapes import Plan, Ran, Rows, Sample

display = Display()


class Options(TypedDict):
    plan: Plan
    directory: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.load_run: {plan: "{{ planned.plan }}", directory: .load}``"""

    ARGUMENTS = {"plan": {"type": "dict", "required": True}, "directory": {"type": "path", "default": ".load"}}

    def _answer(self, args: Options) -> dict[str, Any]:
        if self._check:
            return {"changed": False, "skipped": True}
        plan, where = args["plan"], kept.place(args["directory"], args["plan"]["environment"])
        with _alone(where), tempfile.TemporaryDirectory(prefix="echodiary-load-") as place:
            refused = probing.refusals(plan["edges"], plan["paths"][0])
            if refused:
                raise SpecError(f"nothing was sent: {refused[0]}")
            ran = _ran(plan, where / "open.json", Path(place))
        query = saturation.query(ran["ended"] - ran["began"])
        return {"changed": False, **ran, "query": query, "msg": _words(ran)}


@contextlib.contextmanager
def _alone(where: Path) -> Iterator[None]:
    """Two at a time would measure each other. The kernel drops the lock with its process."""
    files.make_directories(str(where), 0o700)
    descriptor = os.open(where / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not files.flock(descriptor, 0.0):
            raise SpecError(f"nothing was sent: another load test runs from here; see whose it is: fuser {where / 'lock'}")
        yield
    finally:
        os.close(descriptor)


def _ran(plan: Plan, register: Path, place: Path) -> Ran:
    before = rows.opened(register)
    leftover = _removed(plan, register, before, None, place) if before and plan["rows"] else None
    run, began = secrets.token_hex(4), time.time()
    ran: Ran = {"run": run, "began": began, "ended": began, "stopped": "", "samples": [], "rows": None, "leftover": leftover}
    if not plan["seconds"]:
        return ran
    samples, stopped, written = _sent(plan, run, began, register, place)
    ran = {**ran, "samples": samples, "stopped": stopped, "ended": time.time()}
    mine = [one for one in rows.opened(register) if one["run"] == run]
    if mine:
        ran["rows"] = _removed(plan, register, mine, written, place)
    return ran


def _sent(plan: Plan, run: str, began: float, register: Path, place: Path) -> tuple[list[Sample], str, int | None]:
    samples: list[Sample] = []
    stopped, written = "", None
    if bounds.RATE in plan["parts"]:
        samples, stopped = running.rate(plan, run, place, display.display)
    if bounds.JOURNEY in plan["parts"] and not stopped:
        if plan["rows"]:
            # before the first of them is written: whoever comes next removes what a run leaves that is killed
            rows.keep(register, [*rows.opened(register), {"run": run, "since": began}])
        found, stopped, written = running.journey(plan, run, place, display.display)
        samples = [*samples, *found]
    return samples, stopped, written


def _removed(plan: Plan, register: Path, runs: list[rows.Open], written: int | None, place: Path) -> Rows:
    found = rows.remove(plan, runs, written, place)
    if not found["left"] and not found["trouble"]:
        rows.keep(register, [one for one in rows.opened(register) if one not in runs])
    return found


def _words(ran: Ran) -> str:
    before = ran["leftover"]
    told = [f"rows of runs that were cut off before: {before['removed']:,} removed, {before['left']:,} left"] if before else []
    told += [before["trouble"]] if before and before["trouble"] else []
    requests = sum(one["requests"] for one in ran["samples"])
    return "; ".join([*told, f"{requests:,} requests were sent" if requests else "nothing was sent"])
