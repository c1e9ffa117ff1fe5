# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done, by whom, why, and how it ended: one JSON object per line, only ever appended."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._ledger import journal
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import identity, timestamps

from gitops.errors import GitopsError
from gitops.workspace import Workspace, append_line


def append(place: Workspace, now: float, operation: str, outcome: str, **details: Any) -> dict[str, Any]:
    entry = {"time": timestamps.to_text(now), "operation": operation, "outcome": outcome, "who": identity.owner(os.environ), **details}
    append_line(_path(place), entry)
    return entry


def read(place: Workspace, last: int = 20) -> list[dict[str, Any]]:
    """The newest entries, oldest first. A line that a crash cut off is passed over."""
    try:
        return journal.read(str(_path(place))).records[-last:]
    except OSError as error:
        raise GitopsError(f"{_path(place)} cannot be read: {error.strerror}") from error


def _path(place: Workspace) -> Path:
    return place.state / "history.jsonl"
