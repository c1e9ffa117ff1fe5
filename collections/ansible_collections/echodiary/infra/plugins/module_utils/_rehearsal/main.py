# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: what there is to rehearse on, a dump brought here, and the rehearsal itself."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._database.errors import DatabaseError
from .._dump.errors import DumpError
from .._host import docker
from .._host.errors import ConvergeError
from .._ledger import files
from .._throwaway import copies, restore, server
from .._throwaway.errors import ThrowawayError
from . import measure, sources
from .errors import RehearsalError

if TYPE_CHECKING:
    from .._throwaway.server import Server
    from .shapes import Dump, Looked, Part, Rehearsed, Wanted

#: one rehearsal of a component at a time; the kernel drops the lock with its process
LOCKS = "/run/echodiary/rehearsal-"
_LOCK_WAIT = 2.0
_TROUBLES = (RehearsalError, ThrowawayError, DatabaseError, DumpError, ConvergeError, files.LedgerError, OSError)


def run(manifest: Wanted) -> Any:
    works: dict[str, Callable[[Wanted], Any]] = {"look": look, "part": part, "open": begin, "append": append, "rehearse": rehearse}
    try:
        return works[manifest["do"]](manifest)
    except _TROUBLES as error:
        return {"failed": True, "msg": str(error)}


def look(wanted: Wanted) -> Looked:
    """Starts nothing."""
    newest, why = sources.program(wanted["job"], wanted["component"])
    stored, damaged = sources.store(wanted["directory"], wanted["database"]) if wanted["directory"] else (None, [])
    there = docker.running()
    kept = server.found(wanted["container"]["name"]) if there else None
    holds = kept.holds if kept and kept.image == wanted["container"]["image"] and restore.is_restored(kept) else ""
    notes = [*([why] if why else []), *damaged]
    return {"failed": False, "docker": there, "program": newest, "store": stored, "holds": holds, "notes": notes}


def part(wanted: Wanted) -> Part:
    dump = _dump(wanted)
    found = sources.part(wanted["directory"], dump["id"], wanted["offset"], wanted["length"])
    return {"failed": False, "part": base64.b64encode(found).decode()}


def begin(wanted: Wanted) -> Part:
    """A server that a dump can be brought to."""
    with _alone(wanted):
        _take_leftovers_away(wanted)
        server.start(_wanted(wanted))
    return {"failed": False}


def append(wanted: Wanted) -> Part:
    restore.receive(_running(wanted), [base64.b64decode(wanted["part"])], wanted["timeout"], more=True)
    return {"failed": False}


def rehearse(wanted: Wanted) -> Rehearsed:
    began = time.monotonic()
    with _alone(wanted):
        _take_leftovers_away(wanted)
        try:
            answer = _rehearsed(wanted)
        finally:
            if not wanted["container"]["keep"]:
                server.remove(wanted["container"]["name"])
    answer["seconds"] = round(time.monotonic() - began, 3)
    return answer


def _rehearsed(wanted: Wanted) -> Rehearsed:
    began = time.monotonic()
    notes: list[str] = []
    kept = server.found(wanted["container"]["name"])
    fresh = kept is None or kept.holds != holds(_dump(wanted)) or not restore.is_restored(kept)
    if fresh:
        kept, notes = _filled(wanted, kept)
    took = time.monotonic() - began
    with copies.made(_running(wanted)) as copy:
        answer = measure.Rehearsal(wanted, _running(wanted), copy).run()
    return {**answer, "restored": fresh, "restore_seconds": round(took, 3) if fresh else 0.0, "notes": notes}


def _filled(wanted: Wanted, kept: Server | None) -> tuple[Server, list[str]]:
    """By a dump that was brought here already, or one that is on this host."""
    dump = _dump(wanted)
    try:
        if not wanted["brought"]:
            kept = server.start(_wanted(wanted))
            restore.receive(kept, sources.stream(dump, wanted["directory"]), wanted["timeout"])
        if kept is None:
            raise RehearsalError("the server that the dump was brought to has ended; run again")
        restore.require(kept, dump["sha256"], wanted["timeout"])
        done = restore.restore(kept, wanted["timeout"])
        with kept.session("postgres") as session:
            here = session.version
    except _TROUBLES:
        # half of a dump serves nobody
        server.remove(wanted["container"]["name"])
        raise
    differs = f"the dump is of PostgreSQL {done.major}, and it was rehearsed on {here}: name the image of that version"
    return kept, [differs] if done.major and done.major != here else []


def holds(dump: Dump) -> str:
    return f"{dump['source']}:{dump['id']}"


def _dump(wanted: Wanted) -> Dump:
    if wanted["dump"] is None:
        raise RehearsalError("no dump was named")
    return wanted["dump"]


def _wanted(wanted: Wanted) -> server.Wanted:
    one = wanted["container"]
    # what goes with the run still ends by itself when the run was killed
    return server.Wanted(one["name"], one["image"], one["pull"], holds(_dump(wanted)), one["keep"] or 2.0, one["memory"])


def _running(wanted: Wanted) -> Server:
    found = server.found(wanted["container"]["name"])
    if found is None:
        raise RehearsalError("the throw-away server has ended meanwhile; run again")
    return found


def _alone(wanted: Wanted) -> Any:
    return files.locked(LOCKS + wanted["component"], _LOCK_WAIT)


def _take_leftovers_away(wanted: Wanted) -> None:
    """Releases that a killed run left behind; its copy goes when the next one is made."""
    if not docker.running():
        raise RehearsalError(
            "Docker does not run on this host; start it (systemctl start docker), or name another: -e deploy_rehearse_host=…"
        )
    label = json.dumps({"label": [f"{measure.LABEL}={wanted['component']}"]})
    for one in docker.get(f"/containers/json?all=1&filters={docker.quote(label)}").json() or []:
        docker.delete(f"/containers/{one['Id']}?force=1&v=1")
