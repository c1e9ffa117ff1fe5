# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's clock, the only one that counts: a lease's age must neither jump with a clock that is set nor end early at a reboot.

While the host stays up, ages are differences of CLOCK_BOOTTIME, which nobody can set and which counts suspends. After a reboot all that
is certain is that a lease is at least as old as the host is up; the wall clock may not be right yet. A lease thus lives at most one
TTL longer than it had to, and never less. Times of day are kept for people, and for the date on which a freeze ends.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .shapes import Stamp

from .._host import timestamps

BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Now(NamedTuple):
    """``wall`` s since 1970, ``uptime`` s since ``boot``."""

    wall: float
    uptime: float
    boot: str

    @property
    def text(self) -> str:
        return timestamps.to_text(self.wall)

    def stamp(self) -> Stamp:
        """What a record keeps in order to be aged later."""
        return {"at": self.text, "uptime": round(self.uptime, 3), "boot": self.boot}


def now() -> Now:
    with open(BOOT_ID, encoding="ascii") as handle:
        boot = handle.read().strip()
    return Now(time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), boot)


def age(stamp: Stamp, moment: Now) -> float:
    """Seconds since ``stamp``; after a reboot those that are certain."""
    if stamp["boot"] != moment.boot:
        return moment.uptime
    return max(0.0, moment.uptime - float(stamp["uptime"]))
