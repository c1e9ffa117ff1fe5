# SPDX-License-Identifier: GPL-3.0-or-later
"""How well changes get to users: lead time, how often, how many fail, how long until well again; and the pipeline's runs."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

ON = 'environment=~"$environment"'


def said(metric: str, more: str = "") -> str:
    return f"echodiary_delivery_{metric}{{{ON}{more}}}"


def each(metric: str, part: str) -> str:
    """Of each component."""
    quantile = f',quantile="{part}"'
    return f"max by (environment, component) ({said(metric, quantile)})"


BY = "{{environment}} {{component}}"
OF = "max by (environment, component)"
RUNS = "max by (environment, workflow)"
HALF, MOST = ',quantile="0.5"', ',quantile="0.9"'

DELIVERY = Dashboard(
    "echodiary-delivery",
    "EchoDiary delivery",
    [
        Panel(
            "Lead time", {BY: each("lead_time_seconds", "0.5")}, "s", "From a commit until it serves: of half of the deploys.", "stat", 6
        ),
        Panel("Deploys a day", {BY: f"{OF} ({said('deploys_per_day')})"}, "short", "Those that succeeded.", "stat", 6),
        Panel(
            "Changes that failed",
            {BY: f"{OF} ({said('change_failure_ratio')})"},
            "percentunit",
            "Taken back, gone back from, or left hosts apart.",
            "stat",
            6,
            ((0.15, "yellow"), (0.3, "red")),
        ),
        Panel(
            "Time to restore",
            {BY: each("restore_seconds", "0.5")},
            "s",
            "Until it was well again: of half of the failures.",
            "stat",
            6,
            ((3600, "yellow"), (86_400, "red")),
        ),
        Row("Changes"),
        Panel(
            "Lead time over the months",
            {"half {{component}}": each("lead_time_seconds", "0.5"), "90 % {{component}}": each("lead_time_seconds", "0.9")},
            "s",
            "Each point is of the window before it.",
        ),
        Panel("Deploys by outcome", {"{{outcome}}": f"sum by (outcome) ({said('deploys')})"}, "short", "In the window."),
        Panel("Failed changes over the months", {BY: f"{OF} ({said('change_failure_ratio')})"}, "percentunit", "Share.", maximum=1),
        Panel(
            "Restored after",
            {"half {{component}}": each("restore_seconds", "0.5"), "longest {{component}}": each("restore_seconds", "1")},
            "s",
            "From the failing deploy on.",
        ),
        Row("Pipeline"),
        Panel(
            "Runs that succeeded", {"{{workflow}}": f"{RUNS} ({said('ci_success_ratio')})"}, "percentunit", "Of those judged.", maximum=1
        ),
        Panel(
            "Duration of runs",
            {
                "half {{workflow}}": f"{RUNS} ({said('ci_duration_seconds', HALF)})",
                "90 % {{workflow}}": f"{RUNS} ({said('ci_duration_seconds', MOST)})",
            },
            "s",
            "Of those that succeeded or failed.",
        ),
        Panel("Runs by conclusion", {"{{conclusion}}": f"sum by (conclusion) ({said('ci_runs')})"}, "short", "In the window."),
        Row("The figures themselves"),
        Panel(
            "Age of the figures",
            {"{{environment}}": f"time() - max by (environment) ({said('last_success_timestamp_seconds')})"},
            "s",
            "Since they were made.",
            "stat",
            8,
            ((2 * 86_400, "yellow"),),
        ),
        Panel("Days of a window", {"{{environment}}": f"max by (environment) ({said('window_days')})"}, "none", "Days.", "stat", 8),
        Panel(
            "Sources that did not answer",
            {"sources": f"count({said('source_ok')} == 0) or vector(0)"},
            "none",
            "Their figures are missing.",
            "stat",
            8,
            ((1, "yellow"),),
        ),
    ],
    variables=[("environment", "Environment", "echodiary_delivery_window_days")],
    period="now-90d",
    refresh="15m",
)
