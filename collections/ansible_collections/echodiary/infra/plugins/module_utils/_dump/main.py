# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: one request in, one answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._ledger.files import LedgerError
from . import make, restore
from .errors import DumpError
from .store import Store

if TYPE_CHECKING:
    from .shapes import Manifest, Result, Wanted


def run(manifest: Manifest) -> Result:
    work = {"created": make.create, "restored": restore.restore, "read": _read}[manifest["state"]]
    try:
        return work(manifest["wanted"], manifest["check"])
    except (DumpError, LedgerError, OSError) as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def _read(wanted: Wanted, _check: bool) -> Result:
    kept = Store(wanted["directory"])
    if not wanted["id"]:
        backups = kept.all()
        newest = f", the newest of {backups[0]['time']}" if backups else ""
        damaged = "".join(f"; passed over: {fault}" for fault in kept.damaged)
        return {
            "failed": False,
            "changed": False,
            "msg": f"{len(backups)} backups in {wanted['directory']}{newest}{damaged}",
            "backups": backups,
        }
    backup = kept.require(wanted["id"])
    damage = kept.damage(backup)
    if damage:
        raise DumpError(damage)
    return {"failed": False, "changed": False, "msg": f"backup {backup['id']} of {backup['time']} is whole", "backup": backup}
