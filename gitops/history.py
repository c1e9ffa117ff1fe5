# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done, by whom, why, and how it ended: one JSON object per line, only ever appended."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import identity, timestamps

from gitops.errors import GitopsError
from gitops.place import Place


def append(place: Place, now: float, operation: str, outcome: str, **details: Any) -> dict[str, Any]:
    entry = {"time": timestamps.to_text(now), "operation": operation, "outcome": outcome, "who": identity.owner(os.environ), **details}
    path = _path(place)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as handle:
            os.fchmod(handle.fileno(), 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            handle.write(json.dumps(entry, ensure_ascii=False) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise GitopsError(f"{path} cannot be written: {error.strerror}; name another directory with --state") from error
    return entry


def read(place: Place, last: int = 20) -> list[dict[str, Any]]:
    """The newest entries, oldest first. A line that a crash cut off is passed over."""
    try:
        lines = _path(place).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GitopsError(f"{_path(place)} cannot be read: {error.strerror}") from error
    return [entry for entry in map(_parsed, lines) if entry][-last:]


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _path(place: Place) -> Path:
    return place.state / "history.jsonl"
