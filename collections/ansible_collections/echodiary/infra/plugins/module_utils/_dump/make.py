# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a backup: dumped or taken in, read back to its last row, put in place, described, and only then older ones go."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from .._host import timestamps
from .._ledger import files
from . import script, store, toc
from .client import Client, blocks
from .errors import DumpError
from .store import Store

if TYPE_CHECKING:
    from .shapes import Backup, Result, Wanted

#: migrations hold ACCESS EXCLUSIVE; whoever waits longer has met a stuck one (ms)
_LOCK_WAIT = 60_000
_BLOCK = 1 << 20
_DAY = 86_400


def create(wanted: Wanted, check: bool) -> Result:
    kept, identifier = Store(wanted["directory"]), wanted["id"]
    present = kept.find(identifier)
    if present is not None:
        return _again(kept, present, wanted)
    if check:
        where, database = kept.dump(identifier), wanted["login"]["database"]
        msg = f"would take {wanted['source']} in as {where}" if wanted["source"] else f"would dump {database} to {where}"
        return {"failed": False, "changed": True, "msg": msg, "backup": None, "removed": [], "path": where}
    kept.prepare()
    with files.locked(os.path.join(kept.directory, "backups"), wanted["timeout"]):
        kept.sweep()
        backup = _dump(kept, wanted)
        removed = _prune(kept, backup, wanted)
    gone = f", {len(removed)} older removed" if removed else ""
    said = f"{backup['database']} at {backup['revision'] or 'no revision'}: {backup['rows']} rows, {backup['size']} bytes"
    return {
        "failed": False,
        "changed": True,
        "msg": f"{said} in {kept.dump(identifier)}{gone}{''.join(f'; passed over: {fault}' for fault in kept.damaged)}",
        "backup": backup,
        "removed": removed,
        "path": kept.dump(identifier),
    }


def _again(kept: Store, present: Backup, wanted: Wanted) -> Result:
    if present["database"] != wanted["login"]["database"]:
        raise DumpError(f"backup {present['id']} is one of database {present['database']}; take another id")
    damage = kept.damage(present)
    if damage:
        raise DumpError(f"{damage}; take another id, and look at the disk")
    path = kept.dump(present["id"])
    msg = f"{path} is there since {present['time']}"
    return {"failed": False, "changed": False, "msg": msg, "backup": present, "removed": [], "path": path}


def _dump(kept: Store, wanted: Wanted) -> Backup:
    began, moment = time.monotonic(), os.path.getmtime(wanted["source"]) if wanted["source"] else time.time()
    identifier, login = wanted["id"], wanted["login"]
    client = Client(login, wanted["timeout"])
    part = f"{kept.dump(identifier)}.{os.getpid()}.part"
    try:
        version = int(client.sql("SHOW server_version_num", wanted["maintenance_database"] if wanted["source"] else None))
        written = store.write(part, blocks(wanted["source"])) if wanted["source"] else _write(client, part)
        seen = verify(client, part)
        os.rename(part, kept.dump(identifier))
    except OSError as error:
        raise DumpError(f"{part}: {error.strerror}; nothing was kept: make room on that disk, then run again") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
    files.sync_directory(kept.directory)
    backup: Backup = {
        "version": 1,
        "id": identifier,
        "time": timestamps.to_text(moment),
        "timestamp": int(moment),
        "database": login["database"],
        "server_version_num": version,
        "release": wanted["release"],
        "revision": seen.revision,
        "tables": seen.tables,
        "rows": seen.rows,
        "size": written.size,
        "sha256": written.sha256,
        "seconds": round(time.monotonic() - began, 3),
    }
    files.write_json(kept.document(identifier), backup, 0o600)
    return backup


def _write(client: Client, path: str) -> store.Written:
    program = ["pg_dump", "--format=custom", f"--lock-wait-timeout={_LOCK_WAIT}"]
    with client.output(program) as output:
        return store.write(path, iter(lambda: output.read(_BLOCK), b""))


def verify(client: Client, path: str) -> script.Survey:
    """A table of contents is readable in a truncated archive, too; only reading all of it tells."""
    if not toc.entries(listing(client, path)):
        raise DumpError(f"{path}: its table of contents is empty; see that the role may read the database's tables")
    with client.output(["pg_restore", "--file=-"], blocks(path)) as output:
        return script.survey(output)


def listing(client: Client, path: str) -> str:
    with client.output(["pg_restore", "--list"], blocks(path)) as output:
        return str(output.read().decode(errors="replace"))


def _prune(kept: Store, backup: Backup, wanted: Wanted) -> list[str]:
    same = [one for one in kept.all() if one["database"] == backup["database"]]
    since = timestamps.to_text(time.time() - wanted["keep_days"] * _DAY)
    removed = store.surplus(same, wanted["keep"], backup["id"], since)
    for identifier in removed:
        kept.remove(identifier)
    return removed
