# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as it runs: what it was told, where it pulls from, and that its containers outlive it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from testinfra.host import Host

PLACE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / ".lab" / (os.environ.get("LAB_NAME") or "echodiary")
LAB = yaml.safe_load((PLACE / "inventory/group_vars/all/lab.yml").read_text())


@pytest.fixture
def info(host: Host) -> dict[str, Any]:
    with host.sudo():
        return dict(json.loads(host.check_output("docker info --format '{{json .}}'")))


def test_the_engine_does_what_it_was_told(info: dict[str, Any]) -> None:
    assert info["LoggingDriver"] == "json-file"
    assert info["LiveRestoreEnabled"] is True
    assert [mirror.rstrip("/") for mirror in info["RegistryConfig"]["Mirrors"]] == [f"http://{LAB['lab_registry']}"]
    assert info["RegistryConfig"]["IndexConfigs"][LAB["lab_registry"]]["Secure"] is False


def test_compose_is_there(host: Host) -> None:
    with host.sudo():
        assert host.check_output("docker compose version --short").lstrip("v").startswith("2.")


def test_the_engine_starts_with_the_host(host: Host) -> None:
    for unit in ("docker", "containerd"):
        assert host.service(unit).is_running
        assert host.service(unit).is_enabled


def test_images_come_through_the_mirror_and_containers_outlive_the_engine(host: Host) -> None:
    image = LAB["lab_images"]["prometheuscommunity/postgres-exporter"]
    with host.sudo():
        host.check_output("docker run --detach --name lasting --entrypoint sleep %s 600", image)
        before = json.loads(host.check_output("docker inspect lasting"))[0]
        engine = host.check_output("systemctl show --property MainPID docker.service")
        host.check_output("systemctl restart docker.service")
        after = json.loads(host.check_output("docker inspect lasting"))[0]
        assert host.check_output("systemctl show --property MainPID docker.service") != engine
        host.check_output("docker rm --force lasting")
    assert before["HostConfig"]["LogConfig"] == {"Type": "json-file", "Config": {"max-file": "5", "max-size": "20m"}}
    assert after["State"]["Running"]
    assert (after["State"]["StartedAt"], after["State"]["Pid"]) == (before["State"]["StartedAt"], before["State"]["Pid"])


def test_published_ports_answer_on_the_host_itself_while_the_engine_is_stopped(host: Host) -> None:
    image = LAB["lab_images"]["prometheuscommunity/postgres-exporter"]
    ask = "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:8123/', timeout=5).status)\""
    with host.sudo():
        host.check_output("docker run --detach --name published --publish 127.0.0.1:8123:9187 %s", image)
        try:
            host.check_output(f"for i in $(seq 50); do {ask} 2>/dev/null && break; sleep 0.2; done")
            assert host.check_output(ask) == "200"
            host.check_output("systemctl stop docker.socket docker.service")
            assert host.check_output(ask) == "200"
        finally:
            host.check_output("systemctl start docker.socket docker.service")
            host.check_output("docker rm --force published")


def test_settings_the_engine_does_not_know_are_refused_untouched(host: Host, converge: Callable[..., Any]) -> None:
    engine = host.check_output("systemctl show --property MainPID docker.service")
    for options in (["--check"], []):
        refused = converge(*options, docker_daemon_extra={"no-such-key": True})
        assert refused["failed"]
        assert "no-such-key" in refused["output"]
    with host.sudo():
        assert "no-such-key" not in host.file("/etc/docker/daemon.json").content_string
    assert host.check_output("systemctl show --property MainPID docker.service") == engine
