# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: releases of a component's static files brought, switched, gone back from, looked at and put right."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .._host import timestamps
from .._host.errors import ConvergeError
from .._kinds import model
from .._ledger import files
from . import place as places
from . import planning, serving

if TYPE_CHECKING:
    from .shapes import Answer, Asked, Failed, Record


def run(asked: Asked) -> Answer | Failed:
    began = time.monotonic()
    states, component = asked.get("states") or places.STATES, asked["place"]["component"]
    try:
        if asked["check"] or asked["state"] in ("read", "verified"):
            answer = _done(asked, states)
        else:
            with files.locked(os.path.join(states, component)):
                answer = _done(asked, states)
    except (ConvergeError, files.LedgerError) as error:
        return {"failed": True, "msg": f"{component}: {error}"}
    except OSError as error:
        return {"failed": True, "msg": f"{component}: {error}; does the task become root, and is there room on the disk?"}
    answer["seconds"] = round(time.monotonic() - began, 3)
    return answer


def _done(asked: Asked, states: str) -> Answer:
    place = asked["place"]
    record, note = places.record_of(states, place["component"])
    after = _after(asked, record)
    if asked["state"] == "verified":
        return _verified(asked, record)
    have = places.seen(place["directory"])
    want = planning.expected(after, place["pools"])
    differ = planning.differences(want, have, place["directory"], model.CORRECTIVE) if asked["state"] != "read" else []
    told = differ if asked["state"] == "kept" else planning.told(after, record["current"], want, have, place["directory"])
    answer: Answer = {
        "changed": bool(differ) or after != record,
        "current": after["current"],
        "before": record["current"],
        "releases": after["releases"],
        "changes": [one.as_dict() for one in told],
        "notes": [note] if note else [],
    }
    if asked["check"] or not answer["changed"]:
        return answer
    if _lacks(asked, after, states):
        return {**answer, "lacks": True, "changed": False}
    _make(asked, after, want, states)
    return answer


def _after(asked: Asked, record: Record) -> Record:
    """What will be recorded. Pure, and refuses before anything is touched."""
    state, keep = asked["state"], asked["place"]["keep"]
    if state == "back":
        digest = planning.known(record, asked["release"])["digest"] if asked.get("release") else planning.previous(record)["digest"]
        return planning.switched(record, digest, keep, back=digest != record["current"])
    if "build" in asked and state in ("staged", "current"):
        planning.refuse_other_contents(record, asked["build"], asked["place"])
        record = planning.brought(record, asked["build"], timestamps.to_text(time.time()), anew=bool(asked.get("archive")))
    if state == "current":
        wanted = asked["build"]["digest"] if "build" in asked else asked["release"]
        return planning.switched(record, planning.known(record, wanted)["digest"], keep, back=False)
    return record


def _lacks(asked: Asked, after: Record, states: str) -> bool:
    """A build that is here already is not asked for again."""
    if "build" not in asked or asked.get("archive"):
        return False
    release = planning.known(after, asked["build"]["digest"])
    try:
        places.contents(places.archive(states, asked["place"]["component"], release["digest"]), release)
    except ConvergeError:
        return True
    return False


def _make(asked: Asked, after: Record, want: dict[str, str], states: str) -> None:
    """Recorded first: a run that is killed meanwhile leaves what the next check finds, and puts right."""
    component = asked["place"]["component"]
    if asked.get("archive"):
        release = planning.known(after, asked["build"]["digest"])
        places.take_archive(states, component, release, asked["archive"])
    places.keep_record(states, component, after)
    places.make(asked["place"], after, want, states)
    places.drop_archives(states, component, after)


def _verified(asked: Asked, record: Record) -> Answer:
    release = planning.known(record, asked.get("release") or record["current"] or "none")
    edges = asked.get("edges", [])
    found = [fault for edge in edges for fault in serving.faults(edge, release)]
    served = sum(len(serving.questions(release, edge["paths"])) for edge in edges)
    return {"changed": False, "current": record["current"], "before": record["current"], "releases": record["releases"], "changes": [],
            "faults": found, "served": served}  # fmt: skip
