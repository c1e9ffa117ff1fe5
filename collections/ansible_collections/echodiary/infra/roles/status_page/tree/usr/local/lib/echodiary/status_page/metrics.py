# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus is told of the page: when it was made. Pure."""

from __future__ import annotations

PATH = "/metrics"
TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MADE = "echodiary_status_page_last_success_timestamp_seconds"


def text(made: float) -> str:
    return f"# HELP {_MADE} When the page for users was made.\n# TYPE {_MADE} gauge\n{_MADE} {made:.0f}\n"
