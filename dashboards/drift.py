# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the fleet still is what git says, as the watcher (role gitops) last saw it."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel

ON = 'namespace=~"$namespace"'
OUT_OF_SYNC = ',sync_status="OutOfSync"'
NOT_HEALTHY = ',health_status!="Healthy"'
NOT_JUDGED = ',judged="no"'
NOT_DELIVERED = ',succeeded="false"'


def said(metric: str, more: str = "") -> str:
    return f"echodiary_gitops_{metric}{{{ON}{more}}}"


DRIFT = Dashboard(
    "echodiary-drift",
    "EchoDiary drift",
    [
        Panel(
            "Components out of sync",
            {"components": f"count({said('app_info', OUT_OF_SYNC)}) or vector(0)"},
            "none",
            "Components that differ from git.",
            "stat",
            4,
            ((1, "yellow"),),
        ),
        Panel(
            "Components not healthy",
            {"components": f"count({said('app_info', NOT_HEALTHY)}) or vector(0)"},
            "none",
            "Components with a process or a probe that does not work.",
            "stat",
            4,
            ((1, "red"),),
        ),
        Panel(
            "Hosts not judged",
            {"hosts": f"sum({said('hosts', NOT_JUDGED)})"},
            "none",
            "Hosts that could not be looked at.",
            "stat",
            4,
            ((1, "yellow"),),
        ),
        Panel(
            "Age of the verdict",
            {"age": f"max(time() - {said('last_success_timestamp_seconds')})"},
            "s",
            "Since the whole fleet was judged last. Beyond 15 min take everything here for Unknown.",
            "stat",
            4,
            ((300, "yellow"), (900, "red")),
        ),
        Panel(
            "Components that keep moving",
            {"components": f"count({said('app_flapping')} == 1) or vector(0)"},
            "none",
            "Components whose healing stopped because somebody keeps moving them.",
            "stat",
            4,
            ((1, "red"),),
        ),
        Panel(
            "Duration of a check",
            {"seconds": f"max({said('check_duration_seconds')})"},
            "s",
            "How long the last check of the fleet took.",
            "stat",
            4,
        ),
        Panel(
            "Differences by who moved",
            {"{{origin}}": f"sum by (origin) ({said('drift_resources')})"},
            "short",
            "pending: git moved; corrective: somebody changed the host; conflict: both.",
        ),
        Panel(
            "Syncs by outcome",
            {"{{phase}}": f"sum by (phase) (increase({said('app_sync_total')}[$__rate_interval]))"},
            "short",
            "Runs that put something right, by how they ended.",
        ),
        Panel(
            "State of every component",
            {
                "components": f"max by (namespace, dest_server, name, sync_status, health_status) ({said('app_info')})",
            },
            "none",
            "Every component of every host, as last seen.",
            "table",
            24,
        ),
        Panel(
            "Differences by host",
            {"{{dest_server}}": f"sum by (dest_server) ({said('app_out_of_sync_resources')})"},
            "short",
            "Resources that are not as declared and not ignored.",
        ),
        Panel(
            "Trouble of the watcher itself",
            {
                "git": f"increase({said('git_fetch_fail_total')}[$__rate_interval])",
                "notifications": f"increase({said('notifications_deliveries_total', NOT_DELIVERED)}[$__rate_interval])",
            },
            "short",
            "Fetches of git and notifications that failed.",
        ),
    ],
    [("namespace", "Environment", "echodiary_gitops_hosts")],
    period="now-6h",
)
