# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: so many ticks of raw answers, or the ends of logs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from . import logs, probes

if TYPE_CHECKING:
    from .shapes import Asked, Heard, Logs, Wanted


def run(manifest: Asked | Wanted) -> Heard | Logs:
    if "logs" in manifest:
        return {"logs": {name: logs.last_lines(name, manifest["lines"]) for name in manifest["logs"]}}
    return heard(manifest)


def heard(asked: Asked) -> Heard:
    began = time.monotonic()
    return {"ticks": probes.ticks(asked), "seconds": round(time.monotonic() - began, 3)}
