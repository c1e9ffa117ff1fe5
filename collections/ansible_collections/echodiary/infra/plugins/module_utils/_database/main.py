# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request in, one answer out. No password is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import apply, observe, plan, serving
from .errors import DatabaseError
from .wire import Session

if TYPE_CHECKING:
    from .shapes import Manifest, Result


def run(manifest: Manifest) -> Result:
    work = {"present": _foretold if manifest["check"] else _present, "read": _read}[manifest["state"]]
    try:
        return work(manifest)
    except DatabaseError as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def _foretold(manifest: Manifest) -> Result:
    seen = observe.everything(manifest["server"], manifest["login"], manifest["wanted"])
    found = plan.plan(manifest["wanted"], seen)
    apply.refuse(found)
    return {**_told(found, found.warnings), "serving_as": seen["cluster"]["serving_as"]}


def _present(manifest: Manifest) -> Result:
    done = apply.present(manifest["server"], manifest["login"], manifest["wanted"])
    with Session(manifest["server"], manifest["login"], manifest["wanted"]["maintenance_database"]) as session:
        there = observe.cluster(session, manifest["wanted"])
    return {**_told(done.plan, done.warnings), "serving_as": there["serving_as"]}


def _told(found: plan.Plan, warnings: list[str]) -> Result:
    changes = plan.told(found.changes)
    count = f"{len(changes)} differ" if changes else "all as declared"
    return {"failed": False, "changed": bool(changes), "msg": count, "changes": changes, "warnings": warnings}


def _read(manifest: Manifest) -> Result:
    with Session(manifest["server"], manifest["login"], manifest["wanted"]["database"]) as session:
        found = list(serving.findings(serving.look(session)))
    return {"failed": False, "changed": False, "msg": "; ".join(found) or "owns nothing", "findings": found}
