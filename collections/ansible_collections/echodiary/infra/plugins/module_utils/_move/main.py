# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request in, one answer out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._dump.client import Client
from .._dump.errors import DumpError
from .._ledger.files import LedgerError
from . import observe, sql
from . import plan as planning
from .errors import MoveError

if TYPE_CHECKING:
    from .._dump.shapes import Login
    from .shapes import Manifest, Result

#: how long whoever is told to go may take (s)
_LEAVING, _INTERVAL = 10.0, 0.2


def run(manifest: Manifest) -> Result:
    work = {"looked": _looked, "frozen": _frozen, "compared": _compared, "opened": _opened}[manifest["state"]]
    try:
        return work(manifest)
    except (MoveError, DumpError, LedgerError, OSError) as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def _looked(manifest: Manifest) -> Result:
    """``side``: where the application is now."""
    seen = observe.everything(manifest)
    if manifest["side"] == "target" and seen["target"] and not seen["target"]["frozen"]:
        raise MoveError(
            f"{_name(manifest['target'])} is where it moved to from {planning.where(manifest['source'])}, and nobody has confirmed that: "
            "say -e move=confirm, or -e move=back"
        )
    stage = planning.ROLL if manifest["side"] == "target" else planning.COPY
    found = planning.plan(seen, manifest["source"], manifest["target"], stage)
    if found.refused:
        raise MoveError(f"refused, and nothing was touched: {'; '.join(found.refused)}")
    return {"failed": False, "changed": False, "msg": found.lines[0], "stage": found.stage, "lines": found.lines}


def _frozen(manifest: Manifest) -> Result:
    """The source is closed first: what runs before this one have left at the target goes."""
    login = _side(manifest)
    client = Client(login, manifest["timeout"])
    if manifest["side"] == "source":
        target = Client(manifest["target"], manifest["timeout"])
        target.sql(sql.SWEEP, manifest["maintenance_database"], live=target.login["database"])
    since = client.sql(sql.NOW, manifest["maintenance_database"])
    ended = int(client.sql(sql.FREEZE, manifest["maintenance_database"], live=login["database"]).split()[0])
    _wait_for_writers(client, manifest, since)
    if client.sql(sql.READ_ONLY) != "on":
        raise MoveError(f"{_name(login)} still takes writes: {login['user']} has default_transaction_read_only of its own there; reset it")
    return {"failed": False, "changed": True, "msg": f"{_name(login)} takes no writes", "ended_sessions": ended}


def _wait_for_writers(client: Client, manifest: Manifest, since: str) -> None:
    end = time.monotonic() + _LEAVING
    live = client.login["database"]
    while left := int(client.sql(sql.WRITERS, manifest["maintenance_database"], live=live, since=since)):
        if time.monotonic() > end:
            raise MoveError(f"{left} sessions in {_name(client.login)} do not end, and may write; end them yourself, then run again")
        time.sleep(_INTERVAL)


def _opened(manifest: Manifest) -> Result:
    login = _side(manifest)
    said = Client(login, manifest["timeout"]).sql(sql.OPEN, manifest["maintenance_database"], live=login["database"])
    return {"failed": False, "changed": True, "msg": f"{_name(login)} takes writes", "ended_sessions": int(said.split()[0])}


def _compared(manifest: Manifest) -> Result:
    source, target = (observe.contents(login, manifest["owner"], manifest["timeout"]) for login in (manifest["source"], manifest["target"]))
    if differ := planning.differences(source, target):
        raise MoveError(f"what arrived at {planning.where(manifest['target'])} is not what left: {'; '.join(differ)}")
    msg = f"{len(source)} things are the same at both: tables by rows and checksum, sequences, extensions, indexes, constraints"
    return {"failed": False, "changed": False, "msg": msg, "compared": len(source)}


def _side(manifest: Manifest) -> Login:
    return manifest["source"] if manifest["side"] == "source" else manifest["target"]


def _name(login: Login) -> str:
    return f"{login['database']} at {planning.where(login)}"
