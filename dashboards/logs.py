# SPDX-License-Identifier: GPL-3.0-or-later
"""Do logs arrive, what do they say, and how much room do they take? Lines themselves are read where they are kept."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

LOGS = Dashboard(
    "echodiary-logs",
    "EchoDiary logs",
    [
        Panel(
            "Last line of each host",
            {"{{source}}": "time() - max by (source) (echodiary_logs_last_success_timestamp_seconds)"},
            "s",
            "Each says every five minutes that it is there.",
            "stat",
            12,
            ((20 * 60, "red"),),
        ),
        Panel(
            "Lines that were not kept",
            {"{{store}}": "sum by (store) (increase(echodiary_logs_dropped_total[1h]))"},
            "none",
            "Within an hour: too old, or from the future.",
            "stat",
            6,
            ((1, "red"),),
        ),
        Panel(
            "Room taken",
            {"{{store}}": "100 * echodiary_logs_disk_bytes / (echodiary_logs_disk_limit_bytes > 0)"},
            "percent",
            "At its limit a store removes its oldest day.",
            "stat",
            6,
            ((90, "red"),),
        ),
        Row("What they say"),
        Panel(
            "Lines by level",
            {"{{level}}": "sum by (level) (echodiary_logs_lines)"},
            "short",
            "Of the last five minutes. Read them at /select/vmui of the host of the store.",
        ),
        Panel(
            "Lines by host",
            {"{{source}}": "sum by (source) (echodiary_logs_lines)"},
            "short",
            "Of the last five minutes.",
        ),
        Panel(
            "Errors by component",
            {"{{source}} {{component}}": "topk(10, echodiary_logs_errors)"},
            "short",
            "Lines of ERROR and CRITICAL of the last ten minutes.",
        ),
        Panel(
            "Lines that match a pattern",
            {"{{pattern}} {{source}} {{component}}": "echodiary_logs_matched"},
            "short",
            "Lines of the last five minutes that people want to hear of.",
        ),
        Row("Room"),
        Panel("Bytes of each store", {"{{store}}": "echodiary_logs_disk_bytes"}, "bytes", "After it compressed them."),
    ],
    period="now-24h",
)
