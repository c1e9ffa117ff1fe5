# SPDX-License-Identifier: GPL-3.0-or-later
"""A seventh of all packs is read back, and compared: damage of what is stored shows in no other way."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from . import metrics
from .config import Config
from .errors import BackupError
from .restic import Restic

PARTS = 7
#: restic's words for it
_DAMAGE = re.compile(r"hash does not match|ciphertext verification failed|contains errors|does not exist|is damaged|errors were found")


def verify(config: Config, part: int) -> str:
    """``part``: 1 to 7, or 0 for that of the week."""
    now = datetime.now(UTC)
    chosen = part or of_week(now)
    if not 1 <= chosen <= PARTS:
        raise BackupError(f"verify {part}: there are parts 1 to {PARTS}; without a number it is that of the week")
    restic = Restic(config, f"sudo echodiary-backup verify {chosen}")
    restic.unlock()
    ended = restic.run("check", "--retry-lock", "10m", f"--read-data-subset={chosen}/{PARTS}")
    damaged = bool(ended.code) and bool(_DAMAGE.search(f"{ended.said}\n{ended.output}"))
    if damaged or not ended.code:
        metrics.verified(config, chosen, now, good=not damaged)
    if damaged:
        raise BackupError(
            f"{restic.repository}: part {chosen} of {PARTS} is damaged: {_damage(ended.said)}. What was saved before may not come back: "
            "see docs/backup.md, Damage"
        )
    if ended.code:
        raise BackupError(restic.sentence(ended))
    return f"part {chosen} of {PARTS} was read and is as it was written"


def of_week(now: datetime) -> int:
    """Every part once in seven weeks."""
    return now.isocalendar()[1] % PARTS + 1


def _damage(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if _DAMAGE.search(line)]
    return " / ".join(lines[:3])[:300] or "check found errors"
