# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup that a deploy takes while hosts roll: which one, and what people are told of it. Pure. Nothing of a deploy depends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict

from .._database.declared import DUMP

if TYPE_CHECKING:
    from ...module_utils._background.shapes import Told
    from .._backup.saving import Place
    from .._calls.variables import Phase
    from .._database.declared import Backup

#: the program of role backup, and why a snapshot is made
PROGRAM, TAG = "/usr/local/sbin/echodiary-backup", "deploy"
UNIT: Final = "echodiary-deploy-backup"
#: of a save that goes on (s): by then the night's would have been
LONGEST = 14_400
WOULD, NOTHING, WARNED = "would", "nothing", "warned"


class Choice(NamedTuple):
    """``job`` of the repository, empty for a dump; ``what`` in words."""

    host: str
    job: str
    unit: str
    what: str


class Result(TypedDict, total=False):
    """``state``: of the host's half, or would, nothing, warned; ``warning``: it failed, and a person may want to know. ``msg``: one line,
    empty where there is nothing to say."""

    changed: bool
    failed: bool
    state: str
    host: str
    unit: str
    what: str
    warning: bool
    msg: str


def choose(component: str, places: Sequence[Place], backup: Backup | None, hosts: Sequence[str], *, migrated: bool) -> Choice | None:
    """The repository, where a job saves the component into one, since it is elsewhere. Else a dump beside what serves, unless one was made
    for the migration; RDS keeps its own point in time. ``component`` without its collection; ``hosts`` run it."""
    if places:
        first = places[0]
        return Choice(first.host, first.job, f"{UNIT}-job-{first.job}", f"job {first.job} of {first.host}, tagged {TAG}")
    if backup is None or backup.method != DUMP or migrated:
        return None
    host = backup.host or min(hosts)
    return Choice(host, "", f"{UNIT}-dump-{component}", f"a dump of {component} on {host}")


def dump_id(phases: Sequence[Phase]) -> str:
    """``phases`` of the run: it is named after when that began."""
    return f"{TAG}-{int(next((phase['at'] for phase in phases), 0.0))}"


def began(choice: Choice, told: Told) -> Result:
    if told["failed"]:
        return failed(choice, str(told["msg"]))
    msg = f"backup: {choice.what} goes on for an earlier deploy; this one has none of its own" if told["state"] == "busy" else ""
    return _result(choice, told["state"], msg)


def would(choice: Choice) -> Result:
    return _result(choice, WOULD, f"backup: {choice.what} would be made while hosts roll")


def failed(choice: Choice, why: str) -> Result:
    return {**_result(choice, WARNED, f"warning: no backup beside this {TAG} ({choice.what}): {why}"), "warning": True}


def undecided(why: str) -> Result:
    return {**nothing(), "state": WARNED, "warning": True, "msg": f"warning: no backup beside this {TAG}: {why}"}


def nothing() -> Result:
    return {"changed": False, "failed": False, "state": NOTHING, "warning": False, "msg": ""}


def ended(choice: Choice, told: Told) -> Result:
    """What became of one that was begun."""
    answer: Mapping[str, Any] = told.get("answer") or {}
    said = str(answer.get("msg") or told.get("said") or told.get("msg") or "nothing is left of what it said")
    if told["failed"] or answer.get("failed") or told.get("state") not in ("running", "done"):
        return failed(choice, said)
    if told["state"] == "running":
        return _result(
            choice, "running", f"backup: {choice.what} is not done yet and goes on by itself; on {choice.host}: {_LOOK}{choice.unit}"
        )
    return _result(choice, "done", f"backup: {said} ({choice.what})")


_LOOK = "systemctl status "


def of_result(result: Mapping[str, Any]) -> Choice | None:
    """What was begun and has to be looked at; None where there is no such thing."""
    if result.get("state") != "begun":
        return None
    return Choice(str(result["host"]), "", str(result["unit"]), str(result["what"]))


def _result(choice: Choice, state: str, msg: str) -> Result:
    return {
        "changed": False, "failed": False, "state": state, "host": choice.host, "unit": choice.unit, "what": choice.what, "warning": False,
        "msg": msg,
    }  # fmt: skip
