# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host of the page: what is announced to its readers, read and changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._ledger import files
from . import planning

if TYPE_CHECKING:
    from .shapes import Answer, Asked, Failed, Notice

PATH = "/var/lib/echodiary-notices/notices.json"
FORMAT = 1


def run(manifest: Asked) -> Answer | Failed:
    path = manifest.get("path") or PATH
    if not os.path.isdir(os.path.dirname(path)):
        return {"failed": True, "msg": f"{os.path.dirname(path)} is not there: converge component status_page on this host first"}
    try:
        return _run(manifest, path)
    except (planning.NoticeError, files.LedgerError) as error:
        return {"failed": True, "msg": str(error)}
    except OSError as error:
        return {"failed": True, "msg": f"{path}: {error}; does the task become root, and is there room on the disk?"}


def _run(manifest: Asked, path: str) -> Answer:
    if manifest["check"] or manifest["state"] == "read":
        now = _read(path)
        after = _after(now, manifest)
        return {"changed": after != now, "notices": after}
    with files.locked(path):
        now = _read(path)
        after = _after(now, manifest)
        if after != now:
            files.write_json(path, {"format": FORMAT, "notices": after}, 0o644)
    return {"changed": after != now, "notices": after}


def _after(now: list[Notice], manifest: Asked) -> list[Notice]:
    planning.check_known(now, manifest)
    return planning.plan(now, manifest)


def _read(path: str) -> list[Notice]:
    document = files.read_json(path)
    if document is None:
        return []
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise files.LedgerError(f"{path} is of another version; move it away to begin anew")
    found: list[Notice] = document["notices"]
    return found
