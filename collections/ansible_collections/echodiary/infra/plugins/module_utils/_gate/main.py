# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: so many ticks of raw answers, or the ends of logs."""

from __future__ import annotations

import time
from typing import Any

from . import logs, probes


def run(manifest: dict[str, Any]) -> dict[str, Any]:
    """``manifest``: probes, count, interval, delay, budget, age, stop_after; or logs and lines."""
    began = time.monotonic()
    if manifest.get("logs"):
        return {"logs": {name: logs.last_lines(name, manifest["lines"]) for name in manifest["logs"]}}
    asked = {key: manifest[key] for key in ("probes", "count", "interval", "delay", "budget", "age")}
    return {"ticks": probes.ticks(**asked, stop_after=manifest.get("stop_after", 0)), "seconds": round(time.monotonic() - began, 3)}
