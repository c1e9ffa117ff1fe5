# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: append one entry to the history, or read it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._ledger import files, journal
from . import goodness, ownership, records

if TYPE_CHECKING:
    from .shapes import Appended, Entry, Failed, History, Manifest

PATH = "/var/lib/echodiary/history.jsonl"


def run(manifest: Manifest) -> Appended | History | Failed:
    path, entry = manifest.get("path") or PATH, manifest.get("entry")
    try:
        if entry is None or manifest["state"] == "read":
            return _read(path, manifest)
        if manifest["check"]:
            return {"changed": not _known(path, entry)}
        return {"changed": _append(path, entry, manifest.get("limit") or journal.LIMIT)}
    except (files.LedgerError, OSError) as error:
        return {"failed": True, "msg": f"{path}: {error}; does the task become root, and is there room on the disk?"}


def _append(path: str, entry: Entry, limit: int) -> bool:
    """False when this entry stands there already: a retried task records nothing twice."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with files.locked(path):
        if _known(path, entry):
            return False
        journal.append(path, entry, limit)
        return True


def _known(path: str, entry: Entry) -> bool:
    return any(record.get("id") == entry["id"] for record in journal.read(path).records)


def _read(path: str, manifest: Manifest) -> History:
    found = journal.read(path)
    sound, unsound = records.sound(found.records)
    component = manifest["component"]
    held = ownership.held(path, component) if component else []
    sound = ownership.of(sound, ownership.owner(component, manifest["repository"], held, manifest["only"]))
    good = goodness.good(sound)
    return {
        "changed": False,
        "entries": goodness.chosen(sound, manifest["outcomes"], manifest["last"]),
        "last_good": good.current,
        "previous_good": good.previous,
        "damaged": found.damaged + unsound,
    }
