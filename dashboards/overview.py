# SPDX-License-Identifier: GPL-3.0-or-later
"""Is all well? And: does anybody write diaries?"""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

DAY = "[1d]"


def per_hour(metric: str, by: str = "") -> str:
    return f"3600 * sum{by}(rate({metric}[$__rate_interval]))"


OVERVIEW = Dashboard(
    "echodiary-overview",
    "EchoDiary overview",
    [
        Panel(
            "Critical alerts that fire",
            {"firing": 'count(ALERTS{alertstate="firing",severity="critical"}) or vector(0)'},
            "none",
            "What somebody was told of at once.",
            "stat",
            4,
            ((1, "red"),),
        ),
        Panel(
            "Warnings that fire",
            {"firing": 'count(ALERTS{alertstate="firing",severity="warning"}) or vector(0)'},
            "none",
            "What the next digest will tell.",
            "stat",
            4,
            ((1, "yellow"),),
        ),
        Panel(
            "Expected targets without an answer",
            {"missing": "count(expected_target unless on (job, instance) (up == 1)) or vector(0)"},
            "none",
            "Of those the inventory expects: down, or not scraped at all.",
            "stat",
            4,
            ((1, "red"),),
        ),
        Panel("Requests per second", {"requests": "sum(handler:http_requests:rate5m)"}, "reqps", "Per second over 5 min.", "stat", 4),
        Panel(
            "Share of 5xx answers",
            {"5xx": "echodiary:http_errors:ratio_rate5m or vector(0)"},
            "percentunit",
            "Share of requests answered 5xx over 5 min.",
            "stat",
            4,
            ((0.01, "yellow"), (0.05, "red")),
        ),
        Panel(
            "Duration of 95 % of requests",
            {"p95": "echodiary:http_duration_seconds:p95_5m"},
            "s",
            "Over 5 min.",
            "stat",
            4,
            ((0.5, "yellow"), (1, "red")),
        ),
        Row("Objectives"),
        Panel(
            "Error budget left",
            {
                name: f"1 - avg_over_time(slo:{name}_errors:ratio_rate5m[30d]) / (1 - slo:{name}:objective)"
                for name in ("availability", "latency")
            },
            "percentunit",
            "Of the 30 days' budget, quiet times counted as their neighbours. 0 is spent.",
            "stat",
            12,
            ((0.1, "yellow"), (0.5, "green")),
            "red",
            1,
        ),
        Panel(
            "Burn rate of the budgets",
            {
                f"{name} {window}": f"slo:{name}_errors:ratio_rate{window} / (1 - slo:{name}:objective)"
                for name in ("availability", "latency")
                for window in ("1h", "6h")
            },
            "short",
            "1 spends the budget in 30 days, 14.4 in two.",
        ),
        Row("Firing now"),
        Panel(
            "Alerts that fire",
            {"alerts": 'max by (alertname, severity, instance) (ALERTS{alertstate="firing"})'},
            "none",
            "Watchdog is always among them.",
            "table",
        ),
        Panel(
            "Jobs whose targets all answer",
            {"{{job}}": "min by (job) (up)"},
            "short",
            "0 where any target of the job does not answer.",
            maximum=1,
        ),
        Row("Saturation"),
        Panel(
            "CPU in use", {"{{instance}}": "instance:cpu_busy:percent"}, "percent", "Busy.", "timeseries", 6, ((80, "red"),), maximum=100
        ),
        Panel(
            "Memory in use",
            {"{{instance}}": "instance:memory_used:percent"},
            "percent",
            "Used.",
            "timeseries",
            6,
            ((85, "red"),),
            maximum=100,
        ),
        Panel(
            "Disk space in use",
            {"{{instance}} {{device}}": "instance_device:disk_used:percent"},
            "percent",
            "Used.",
            "timeseries",
            6,
            maximum=100,
        ),
        Panel(
            "Database connections in use",
            {"used": "instance:database_connections:percent"},
            "percent",
            "Of the usable.",
            "timeseries",
            6,
            maximum=100,
        ),
    ],
)

BUSINESS = Dashboard(
    "echodiary-business",
    "EchoDiary business",
    [
        Panel(
            "Entries written today", {"entries": f"sum(increase(echodiary_entries_created_total{DAY}))"}, "none", "Last 24 h.", "stat", 6
        ),
        Panel(
            "Entries changed today", {"entries": f"sum(increase(echodiary_entries_updated_total{DAY}))"}, "none", "Last 24 h.", "stat", 6
        ),
        Panel(
            "Entries deleted today", {"entries": f"sum(increase(echodiary_entries_deleted_total{DAY}))"}, "none", "Last 24 h.", "stat", 6
        ),
        Panel(
            "Characters written today",
            {"characters": f"sum(increase(echodiary_characters_written_total{DAY}))"},
            "none",
            "Last 24 h.",
            "stat",
            6,
        ),
        Panel(
            "Entries per hour",
            {
                "written": per_hour("echodiary_entries_created_total"),
                "changed": per_hour("echodiary_entries_updated_total"),
                "deleted": per_hour("echodiary_entries_deleted_total"),
            },
            "short",
            "How much is written, changed, deleted.",
        ),
        Panel(
            "Entries per hour by mood",
            {"{{mood}}": per_hour("echodiary_entries_created_total", " by (mood) ")},
            "short",
            "Entries per hour by mood.",
        ),
        Panel(
            "Characters per hour", {"characters": per_hour("echodiary_characters_written_total")}, "short", "Of titles and bodies saved."
        ),
        Panel(
            "Statistics from the cache",
            {"{{result}}": "sum by (result) (rate(echodiary_cache_requests_total[$__rate_interval]))"},
            "reqps",
            "Look-ups per second by result.",
        ),
    ],
    period="now-24h",
    refresh="1m",
)
