# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs where, when it was deployed, and whether it is still what git says."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel, Row

YES = (("0", "no", "green"), ("1", "yes", "blue"))

DEPLOYMENTS = Dashboard(
    "echodiary-deployments",
    "EchoDiary deployments",
    [
        Panel(
            "Deploy in progress",
            {"{{environment}}": "max by (environment) (echodiary_deploy_in_progress)"},
            "none",
            "Whether a deploy runs.",
            "stat",
            6,
            ((1, "blue"),),
            mappings=YES,
        ),
        Panel(
            "Time since the last deploy",
            {"{{outcome}}": "time() - max by (outcome) (echodiary_deploy_last_timestamp_seconds)"},
            "s",
            "Deploy of each outcome.",
            "stat",
            6,
        ),
        Panel(
            "Versions that run",
            {"versions": "count(count by (version) (echodiary_build_info))"},
            "none",
            "More than one: a deploy, or drift.",
            "stat",
            6,
            ((2, "yellow"),),
        ),
        Panel(
            "Age of the last backup",
            {
                "{{component}}": 'time() - (max by (component) (echodiary_backup_last_success_timestamp_seconds{component!=""})'
                ' or max(echodiary_backup_last_success_timestamp_seconds{component=""})'
                ' unless on () echodiary_backup_last_success_timestamp_seconds{component!=""})'
            },
            "s",
            "Age of the last good one of each component.",
            "stat",
            6,
            ((26 * 3600, "red"),),
        ),
        Row("What runs"),
        Panel("Releases by host", {"releases": "max by (instance, version, revision) (echodiary_build_info)"}, "none", "By host.", "table"),
        Panel(
            "Schema as the code expects",
            {"{{instance}}": "min by (instance) (echodiary_schema_revision_match)"},
            "short",
            "1 where the database has the revision the code expects.",
            maximum=1,
        ),
        Row("While deploying"),
        Panel(
            "Slots that are up",
            {"{{instance}}": 'haproxy_backend_active_servers{proxy="echodiary"}'},
            "short",
            "Servers that pass HAProxy's check.",
        ),
        Panel(
            "Share of 5xx answers",
            {"5xx": "echodiary:http_errors:ratio_rate5m or vector(0)"},
            "percentunit",
            "Share of requests over 5 min.",
        ),
        Panel("Duration of 95 % of requests", {"p95": "echodiary:http_duration_seconds:p95_5m"}, "s", "Over 5 min."),
        Panel(
            "Requests by version",
            {
                "{{version}}": "sum by (version) (handler:http_requests:rate5m * on (instance) group_left (version)"
                " max by (instance, version) (echodiary_build_info))"
            },
            "reqps",
            "Which release answers.",
        ),
    ],
    period="now-6h",
)
