# SPDX-License-Identifier: GPL-3.0-or-later
"""The account's own lease, by which two runs never change it at once: taken by a task of ``deploy_lock``, asked before every step.

AWS takes no fencing token, so a run that slept while somebody else took over finds that out by asking right before it changes anything.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._common import inventories, timestamps
from .._common.errors import SpecError
from .._lease import asking, words
from . import model, rights, settle
from .kinds import lease_table

if TYPE_CHECKING:
    from ...module_utils._lease.shapes import Asked, Decided, Failed, Manifest
    from .._lease.places import Place
    from .declaration import Environment
    from .run import Run

#: of the lock
NAME = "account"
WRITES = ("dynamodb:GetItem", "dynamodb:PutItem")
#: in words of the play: it counts while a machine sleeps, where there is one that does
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

NOBODY = "no lease: nothing keeps another run off this account meanwhile (echodiary_lease: {{table: {table}}} would)"


class LostError(SpecError):
    """The account is another run's by now: it is neither changed nor taken back any more."""


class HeldError(SpecError):
    """Somebody else has it: nothing was asked of AWS yet."""


class Lease:
    """``ask``: the store of leases. ``ttl``: seconds for which it stands when it cannot be renewed."""

    def __init__(self, ask: Callable[[Manifest], Decided | Failed], token: int, ttl: float) -> None:
        self._ask, self._token, self._ttl = ask, token, ttl
        self._renewed = time.clock_gettime(_CLOCK)

    def holds(self) -> None:
        """Renewed. LostError where it is somebody else's, or may be."""
        began = time.clock_gettime(_CLOCK)
        answer = self._ask(_renewal(self._token))
        if "failed" in answer:
            if began - self._renewed > self._ttl:
                raise LostError(
                    f"the lease of the account could not be renewed for {timestamps.span(began - self._renewed)} ({answer['msg']}): "
                    "nothing more was changed, and nothing was taken back; run again, and it goes on from here"
                )
        elif answer["outcome"] == "lost":
            lease = answer["lease"]
            who = words.holder(lease, answer["now"]) if lease else "it was released or taken by force"
            raise LostError(
                f"the lease of the account was lost ({who}): nothing more was changed, and nothing was taken back; when that run is over, "
                "run again, and it goes on from here"
            )
        else:
            self._renewed = began


def _renewal(token: int) -> Manifest:
    asked: Asked = {
        "state": "renewed", "token": token, "ttl": None, "owner": "", "reason": "", "run_url": "", "force": False, "override_freeze": "",
        "until": None, "textfiles": None, "environment": "", "outcome": "",
    }  # fmt: skip
    return {"check": False, "name": NAME, "asked": asked, "directory": ""}


def of(result: Mapping[str, Any], place: Place | None, sources: Iterable[str]) -> Lease | None:
    """``result``: of the task that took it, whose failure was borne. None where nobody asked for one. SpecError where it was refused."""
    if not result or result.get("skipped") or place is None:
        return None
    if result.get("token") is None:
        raise (HeldError if result.get("held") else SpecError)(str(result.get("msg")) + (_ways_out(sources) if result.get("held") else ""))
    from .._lease import dynamodb

    table, key = dynamodb.Table(place), place.key(NAME)
    return Lease(lambda manifest: asking.ask(table, key, manifest), int(result["token"]), float(result["lease"]["ttl"]))


def _ways_out(sources: Iterable[str]) -> str:
    """Commands, as they can be typed."""
    lock = " ".join(["ansible localhost", *inventories.words(sources), "-m echodiary.infra.deploy_lock -a"])
    by_force = {"name": NAME, "state": "released", "force": True, "reason": "its run is over"}
    return f". To look: {lock} 'name={NAME} state=read'. Once its run is over, to end it: {lock} '{json.dumps(by_force)}'"


def is_own(env: Environment, place: Place) -> bool:
    """Whether the table that leases are kept in is the one that the environment declares."""
    return place.table == rights.lease_table(env) and place.region == env.region


def make_table(run: Run) -> bool:
    """Whether it was made: before the first lease there has to be what keeps it. Of two runs that want to, AWS lets one."""
    (wanted,) = lease_table.declared(run.env)
    if run.seen(lease_table):
        return False
    run.journal.opens()
    try:
        run.make(lease_table, model.Change(wanted.resource, model.CREATE, {}, wanted), {})
        run.tell(f"  {wanted.resource}  {model.CREATE}: first of all, since leases are kept there")
    except SpecError:
        if not run.seen(lease_table):
            raise
    finally:
        run.journal.closes("made the table of leases")
    settle.settle(run, [wanted.resource])
    return True
