# SPDX-License-Identifier: GPL-3.0-or-later
"""From hosts that have just booted to a serving, monitored fleet, told as one story: every test builds on the one before it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import fleet

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("fresh_fleet")]

PROMETHEUS = "md5sum /etc/prometheus/prometheus.yml; docker inspect -f '{{.Id}} {{.State.StartedAt}}' prometheus-prometheus-1"

story: dict[str, Any] = {}


def get(url: str, body: dict[str, Any] | None = None, timeout: float = 10) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.load(response)


def test_check_on_fresh_hosts_leaves_no_trace(tmp_path: Path) -> None:
    before = {host: fleet.footprint(host) for host in fleet.HOSTS}
    since = int(time.time())
    check = fleet.play("--check", tmp=tmp_path)
    until = int(time.time()) + 1
    assert check.code == 0, check.output
    for host in fleet.HOSTS:
        after = fleet.footprint(host)
        for what, state in before[host].items():
            assert after[what] == state, f"{host}: {what} changed"
        assert fleet.on(host, f"docker events --since {since} --until {until}") == ""
    assert all(check.hosts[host]["sync"] == "OutOfSync" for host in fleet.HOSTS)
    story["predicted"] = {host: check.changes(host) for host in fleet.HOSTS}


def test_apply_does_what_check_predicted(tmp_path: Path) -> None:
    apply = fleet.play(tmp=tmp_path)
    assert apply.code == 0, apply.output
    for host in fleet.HOSTS:
        assert apply.changes(host) == story["predicted"][host]
        assert apply.hosts[host]["health"] == "Healthy"


def test_an_entry_posted_at_the_edge_is_in_the_database() -> None:
    for host in ("app1", "app2"):
        title = f"written through {host}"
        entry = get(f"http://{fleet.address(host)}/entries", {"title": title, "body": "as read back with psql"})
        assert fleet.sql(f"select title from entries where id = {int(entry['id'])}") == title


def test_prometheus_scrapes_everything_it_should() -> None:
    end = time.monotonic() + 60
    while True:
        targets = get(f"http://{fleet.address('mon1')}:9090/api/v1/targets")["data"]["activeTargets"]
        down = [target["scrapeUrl"] + " " + target["lastError"] for target in targets if target["health"] != "up"]
        if targets and not down:
            break
        assert time.monotonic() < end, down
        time.sleep(1)
    found = {(target["labels"]["job"], target["labels"]["instance"]) for target in targets}
    jobs = {job for job, _ in found}
    assert {"prometheus", "alertmanager", "node", "haproxy", "echodiary", "postgres"} <= jobs, jobs
    assert sum(job == "node" for job, _ in found) == len(fleet.HOSTS)
    assert sum(job == "echodiary" for job, _ in found) == 2


def test_second_run_changes_nothing_in_one_call_per_host(tmp_path: Path) -> None:
    again = fleet.play(tmp=tmp_path)
    assert again.code == 0, again.output
    for host in fleet.HOSTS:
        assert again.hosts[host]["changed"] is False
        assert again.changes(host) == {component: [] for component in again.changes(host)}
    assert again.ssh_calls == dict.fromkeys(fleet.HOSTS, 1)


def test_summary_is_for_people(tmp_path: Path) -> None:
    run = fleet.play(tmp=tmp_path, readable=True)
    assert run.code == 0
    lines = run.output.splitlines()
    assert any(set(line.split()) == set(fleet.HOSTS) for line in lines), run.output
    assert any(line.startswith("echodiary ") and line.count("Synced Healthy") == 2 for line in lines), run.output
    assert any("0 changed" in line and "1 remote call each" in line for line in lines), run.output
    assert "\x1b[" not in run.output


def test_no_secret_gets_out(tmp_path: Path) -> None:
    values = fleet.secrets().values()
    assert values
    fleet.on("app1", "echo '# drift' >> /opt/echodiary/echodiary/blue/echodiary.env")
    with fleet.ProcessList() as seen:
        outputs = [fleet.play(*words, "-vvv", "--diff", tmp=tmp_path, readable=True).output for words in (["--check"], [])]
    assert "echodiary.env" in outputs[0]
    assert any("systemctl" in line for line in seen.lines), "the sampler saw nothing of the run"
    for value in values:
        assert not [line for line in seen.lines if value in line]
        assert not [output for output in outputs if value in output]
        for host in fleet.HOSTS:
            assert fleet.readable_by_nobody(host, value) == []


def test_a_secret_is_in_no_other_container() -> None:
    for host in fleet.HOSTS:
        for name in fleet.on(host, "docker ps -a --format '{{.Names}}'").split():
            described = fleet.on(host, f"docker inspect {name}")
            found = {key for key, value in fleet.secrets().items() if value in described}
            assert found <= ({"database_password"} if name.startswith("echodiary-") else set()), name


def test_a_configuration_that_promtool_rejects_touches_nothing(tmp_path: Path) -> None:
    before = fleet.on(
        "mon1", "md5sum /etc/prometheus/prometheus.yml; docker inspect -f '{{.Id}} {{.State.StartedAt}}' prometheus-prometheus-1"
    )
    for words in (["--check"], []):
        run = fleet.play(*words, "--limit", "mon1", "-e", "prometheus_scrape_interval=banana", tmp=tmp_path)
        assert run.code == 2
        assert "banana" in run.hosts["mon1"]["msg"]
        assert "promtool" in run.hosts["mon1"]["msg"]
    after = fleet.on(
        "mon1", "md5sum /etc/prometheus/prometheus.yml; docker inspect -f '{{.Id}} {{.State.StartedAt}}' prometheus-prometheus-1"
    )
    assert after == before


def test_a_configuration_that_never_gets_healthy_is_taken_back(tmp_path: Path) -> None:
    """A stranger has the port: valid for promtool and for what components say of theirs, impossible for the process."""
    before = fleet.on("mon1", "md5sum /etc/prometheus/prometheus.yml /opt/echodiary/prometheus/compose.yaml")
    fleet.on("mon1", "systemd-run -q --collect --unit stranger python3 -m http.server 9393")
    try:
        run = fleet.play("--limit", "mon1", "-e", "prometheus_port=9393", "-e", "prometheus_ready_deadline=15", tmp=tmp_path)
    finally:
        fleet.on("mon1", "systemctl stop stranger")
    assert run.code == 2
    message = run.hosts["mon1"]["msg"]
    assert "taken back" in message
    assert "address already in use" in message
    assert fleet.on("mon1", "md5sum /etc/prometheus/prometheus.yml /opt/echodiary/prometheus/compose.yaml") == before
    assert get(f"http://{fleet.address('mon1')}:9090/api/v1/status/runtimeinfo")["status"] == "success"
    clean = fleet.play("--check", tmp=tmp_path)
    assert {host: clean.hosts[host]["sync"] for host in fleet.HOSTS} == dict.fromkeys(fleet.HOSTS, "Synced")


def test_a_host_that_is_cut_off_does_not_stop_the_others(tmp_path: Path) -> None:
    fleet.on("app1", "systemctl stop prometheus-node-exporter")
    import subprocess

    subprocess.run(["docker", "pause", f"{fleet.NAME}-app2"], check=True, capture_output=True)
    try:
        run = fleet.play("-e", "ansible_ssh_timeout=5", tmp=tmp_path)
    finally:
        subprocess.run(["docker", "unpause", f"{fleet.NAME}-app2"], check=True, capture_output=True)
    assert run.code == 4
    assert run.hosts["app2"]["unreachable"]
    assert ("unit:prometheus-node-exporter.service", "start") in run.changes("app1")["node_exporter"]
    assert run.hosts["mon1"]["sync"] == "Synced"
