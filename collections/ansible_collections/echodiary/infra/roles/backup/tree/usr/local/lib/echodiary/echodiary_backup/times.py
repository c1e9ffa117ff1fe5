# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of snapshots: as restic tells them, as people type them. UTC, so that a day begins at one moment for all hosts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .errors import BackupError

TYPED = "%Y-%m-%d %H:%M:%S"


def of_restic(text: str) -> datetime:
    """To the second. Go writes up to nine digits of one, which Python does not read."""
    return datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00")).astimezone(UTC)


def typed(text: str) -> datetime:
    try:
        return datetime.strptime(text, TYPED).replace(tzinfo=UTC)
    except ValueError as error:
        raise BackupError(f"--time {text!r} is no time; write it as '2026-01-31 02:30:00' (UTC)") from error


def told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
