# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus text for node_exporter's textfile collector. Label names are Argo CD's, so that its dashboards port.

``name`` is the component, ``dest_server`` the host, ``namespace`` the environment. A verdict has a time: what reads these
series must take an old one for Unknown, which the alert rules and the dashboard do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.echodiary.infra.plugins.module_utils._host import exposition
from ansible_collections.echodiary.infra.plugins.module_utils._host.exposition import Family, Sample
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import outputs, timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model

PREFIX = "echodiary_gitops_"

FAMILIES = (
    Family("app_info", "gauge", "One series per host and component; the state is in the labels."),
    Family("app_out_of_sync_resources", "gauge", "Resources of the component that are not as declared and not ignored."),
    Family("app_out_of_sync_since_timestamp_seconds", "gauge", "When the oldest such difference was first seen."),
    Family("app_ignored_resources", "gauge", "Differences that an ignore rule covers."),
    Family("app_paused_until_timestamp_seconds", "gauge", "End of the pause that covers the component."),
    Family("app_flapping", "gauge", "1 while healing has stopped because the same resource keeps moving."),
    Family("drift_resources", "gauge", "Differences of the environment by who moved."),
    Family("hosts", "gauge", "Hosts of the environment, by whether they could be judged."),
    Family("check_duration_seconds", "gauge", "How long the last check took."),
    Family("last_check_timestamp_seconds", "gauge", "When a check last ended, whatever it found out."),
    Family("last_success_timestamp_seconds", "gauge", "When the whole environment could be judged last."),
    Family("revision_info", "gauge", "The commit that the verdict is about."),
    Family("app_sync_total", "counter", "Syncs by how they ended."),
    Family("heal_failed", "gauge", "1 while the last heal of the component has failed."),
    Family("git_fetch_fail_total", "counter", "Fetches of git that failed."),
    Family("notifications_deliveries_total", "counter", "Notifications by whether they could be delivered."),
    Family("quarantined_info", "gauge", "The commit that was rolled back and is not applied again."),
)


def text(report: model.Report, more: Sequence[Sample] = ()) -> str:
    families = [family._replace(name=PREFIX + family.name) for family in FAMILIES]
    return exposition.text(families, [_written(sample) for sample in (*_samples(report), *more)])


def _written(sample: Sample) -> Sample:
    labels = {name: outputs.encodable(value) for name, value in sample.labels.items()}
    return Sample(PREFIX + sample.name, labels, sample.value)


def labels(environment: str, host: str, component: str) -> dict[str, str]:
    return {"name": component, "namespace": environment, "project": "echodiary", "dest_server": host}


def _samples(report: model.Report) -> Iterable[Sample]:
    for host, component in report.components():
        yield from _of_component(report.environment, host.name, component)
    where = {"namespace": report.environment}
    for origin in ("pending", "corrective", "conflict"):
        number = sum(found.origin == origin for _host, _component, found in report.differing())
        yield Sample("drift_resources", {**where, "origin": origin}, number)
    counts = report.counts()
    yield Sample("hosts", {**where, "judged": "yes"}, counts["hosts"] - counts["hosts_unreached"])
    yield Sample("hosts", {**where, "judged": "no"}, counts["hosts_unreached"])
    yield Sample("check_duration_seconds", where, report.seconds)
    yield Sample("last_check_timestamp_seconds", where, timestamps.to_wall(report.time))
    if report.last_verdict:
        yield Sample("last_success_timestamp_seconds", where, timestamps.to_wall(report.last_verdict))
    if report.git:
        yield Sample("revision_info", {**where, "revision": report.git["commit"]}, 1)


def _of_component(environment: str, host: str, one: model.Component) -> Iterable[Sample]:
    app = labels(environment, host, one.name)
    state = {"sync_status": one.sync, "health_status": one.health, "autosync_enabled": "true" if one.mode == "heal" else "false"}
    yield Sample("app_info", {**app, **state}, 1)
    counted = [found for found in one.resources if found.counts and found.sync != model.SYNCED]
    yield Sample("app_out_of_sync_resources", app, len(counted))
    if counted and all(found.since for found in counted):
        yield Sample("app_out_of_sync_since_timestamp_seconds", app, min(timestamps.to_wall(found.since) for found in counted))
    ignored = sum(bool(found.ignored) for found in one.resources)
    if ignored:
        yield Sample("app_ignored_resources", app, ignored)
    if one.paused:
        yield Sample("app_paused_until_timestamp_seconds", app, timestamps.to_wall(one.paused["until"]))
    if one.flapping:
        yield Sample("app_flapping", app, 1)
