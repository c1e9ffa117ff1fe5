# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus scrapes, which rules it has, and that both change without a restart."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from testinfra.host import Host

#: a host of its own, or one that it shares with other roles
HOST = os.environ.get("MOLECULE_HOST") or "molecule-prometheus"
API = "http://127.0.0.1:9090/api/v1"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.service=prometheus)"
STALE = "groups: [{name: stale, rules: [{alert: Stale, expr: vector(1)}]}]"


def query(fetch: Callable[..., Any], expression: str) -> dict[str, float]:
    result = fetch(f"{API}/query", "POST", f"query={expression}").json["data"]["result"]
    return {series["metric"].get("instance", ""): float(series["value"][1]) for series in result}


def alerts(fetch: Callable[..., Any]) -> set[str]:
    groups = fetch(f"{API}/rules?type=alert").json["data"]["groups"]
    return {rule["name"] for group in groups for rule in group["rules"]}


def started(host: Host) -> str:
    with host.sudo():
        return str(host.check_output(f"docker inspect --format '{{{{.State.StartedAt}}}}' {CONTAINER}"))


def test_targets_follow_from_the_inventory(fetch: Callable[..., Any]) -> None:
    targets = fetch(f"{API}/targets").json["data"]["activeTargets"]
    found = {(target["labels"]["job"], target["labels"]["instance"]) for target in targets}
    # What the group's `components` name, and says of itself that it is scraped.
    assert found == {(job, HOST) for job in ("prometheus", "alertmanager", "node", "postgres", "redis", "blackbox", "status_page")}


def test_it_scrapes(fetch: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    eventually(lambda: query(fetch, 'up{job="prometheus"}') == {HOST: 1})
    # Nothing listens there in this scenario: a target that is down is seen to be down.
    eventually(lambda: query(fetch, 'up{job="node"}') == {HOST: 0})


def test_rules_are_loaded_and_evaluated(fetch: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    loaded = alerts(fetch)
    assert {"Watchdog", "InstanceDown", "TargetMissing", "DatabaseUnreachable", "HostDisk", "RedisMemory"} <= loaded
    # No host of this scenario has the application.
    assert not {"ApiErrors", "HaproxyNoSlotUp"} & loaded
    eventually(lambda: query(fetch, 'expected_target{job="node"}') == {HOST: 1})
    firing = eventually(lambda: fetch(f"{API}/alerts").json["data"]["alerts"])
    assert "Watchdog" in {alert["labels"]["alertname"] for alert in firing}


def test_changes_reload_and_a_rule_git_does_not_have_goes(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    with host.sudo():
        host.check_output("printf %s > /etc/prometheus/rules/stale.yml", STALE)
        host.check_output(f"docker kill --signal HUP {CONTAINER}")
    begin = started(host)
    changed = converge(prometheus_scrape_interval="14s")
    actions = {(change["resource"], change["action"]) for change in changed["components"][0]["changes"]}
    assert ("stranger:/etc/prometheus/rules/stale.yml", "remove") in actions
    assert ("process:prometheus", "reload") in actions
    assert not host.file("/etc/prometheus/rules/stale.yml").exists
    assert "Stale" not in alerts(fetch)
    assert "scrape_interval: 14s" in fetch(f"{API}/status/config").json["data"]["yaml"]
    assert "prometheus_config_last_reload_successful 1" in fetch("http://127.0.0.1:9090/metrics").text.splitlines()
    assert started(host) == begin


def test_a_flag_restarts_and_the_data_stays(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    begin = started(host)
    assert not converge(prometheus_retention_time="10d")["failed"]
    assert started(host) != begin
    assert fetch(f"{API}/status/flags").json["data"]["storage.tsdb.retention.time"] == "10d"
    assert query(fetch, 'count_over_time(up{job="prometheus"}[10m])')[HOST] >= 1


def test_what_promtool_rejects_is_refused_untouched(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    before = host.check_output("sudo cat /etc/prometheus/prometheus.yml")
    bad_configuration = {"prometheus_extra_scrape_configs": [{"job_name": "bad", "scrape_interval": "now and then"}]}
    bad_rule = {"node_exporter_disk_ignored_fstypes": "ext4|("}
    for options in (["--check"], []):
        refused = converge(*options, **bad_configuration)
        assert refused["failed"]
        assert "not a valid duration string" in refused["output"]
        refused = converge(*options, **bad_rule)
        assert refused["failed"]
        assert "missing closing )" in refused["output"]
    assert host.check_output("sudo cat /etc/prometheus/prometheus.yml") == before
    assert fetch("http://127.0.0.1:9090/-/ready").status == 200


def test_files_are_for_the_process_and_nobody_else(host: Host) -> None:
    with host.sudo():
        process = host.check_output(f"docker inspect --format '{{{{.State.Pid}}}}' {CONTAINER}")
        user = int(host.check_output(f"stat -c %u /proc/{process}"))
        config, data = host.file("/etc/prometheus/prometheus.yml"), host.file("/srv/prometheus")
        assert (config.user, config.gid, config.mode) == ("root", user, 0o640)
        assert (data.uid, data.mode) == (user, 0o755)
        assert host.check_output("ls /srv/prometheus/wal")
        assert host.run("runuser -u nobody cat /etc/prometheus/prometheus.yml").rc != 0
    assert host.run(f"getent passwd {user}").rc != 0
