# SPDX-License-Identifier: GPL-3.0-or-later
"""How old the newest is of what a component does by the clock: a backup, say. No difference, and shown wherever the component is.

A file says it that is written whenever it went well. What no file says is not known, and neither is what is yet to come.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._host import timestamps

if TYPE_CHECKING:
    from .._converge.exchange import Age
    from .._kinds.documents import AgeSpec

#: clocks of a host and of what wrote its file may differ by that (s)
_AHEAD = 300


def of(declared: Mapping[str, AgeSpec]) -> list[Age]:
    now = time.time()
    return [{"what": what, "at": _at(one["file"], now), "hours": one["hours"]} for what, one in sorted(declared.items())]


def _at(path: str, now: float) -> str:
    try:
        written = os.stat(path).st_mtime
    except OSError:
        return ""
    return timestamps.to_text(written) if written <= now + _AHEAD else ""
