# SPDX-License-Identifier: GPL-3.0-or-later
"""With its image: provisioned and closed. Without: one line that says so, and a host that was not touched."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from testinfra.host import Host

PLACE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / ".lab" / (os.environ.get("LAB_NAME") or "echodiary")
LAB = yaml.safe_load((PLACE / "inventory/group_vars/all/lab.yml").read_text())
HAS_IMAGE = "grafana/grafana" in LAB["lab_images"]
API = "http://127.0.0.1:3000/api"

with_image = pytest.mark.skipif(not HAS_IMAGE, reason="the lab has no image of Grafana")
without_image = pytest.mark.skipif(HAS_IMAGE, reason="the lab has an image of Grafana")


@without_image
def test_the_missing_image_is_named_and_nothing_was_touched(host: Host, records: list[dict[str, Any]]) -> None:
    applied = [record for record in records if not record["check"]]
    assert applied
    for record in applied:
        assert record["failed"]
        assert "image grafana/grafana:absent" in record["msg"]
        assert "\n" not in record["msg"].strip()
    with host.sudo():
        for path in ("/etc/grafana", "/opt/echodiary/grafana", "/srv/grafana", "/var/lib/echodiary/components/grafana.json"):
            assert not host.file(path).exists
        assert host.check_output("docker ps --all --quiet --filter label=com.docker.compose.project=grafana") == ""


@without_image
def test_check_mode_does_not_promise_what_apply_cannot_do(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert record["failed"] or [c["sync"] for c in record["components"]] == ["OutOfSync"]


@with_image
def test_the_datasource_and_the_dashboard_are_there(fetch: Callable[..., Any], secrets: dict[str, str]) -> None:
    login = base64.b64encode(f"admin:{secrets['grafana_admin_password']}".encode()).decode()
    admin = {"Authorization": f"Basic {login}"}
    assert fetch(f"{API}/datasources/uid/echodiary-prometheus", headers=admin).json["readOnly"] is True
    dashboard = fetch(f"{API}/dashboards/uid/echodiary-hosts", headers=admin).json
    assert dashboard["meta"]["provisioned"] is True
    assert dashboard["meta"]["folderTitle"] == "EchoDiary"


@with_image
def test_nobody_gets_in_without_a_password(fetch: Callable[..., Any]) -> None:
    assert fetch(f"{API}/search").status == 401


@with_image
def test_nobody_else_reads_the_password(host: Host, secrets: dict[str, str]) -> None:
    assert host.run("cat /etc/grafana/secrets/admin_password").rc != 0
    with host.sudo():
        password = host.file("/etc/grafana/secrets/admin_password")
        assert (password.uid, password.mode) == (472, 0o400)
        container = "$(docker ps --quiet --filter label=com.docker.compose.service=grafana)"
        assert secrets["grafana_admin_password"] not in host.check_output(f"docker inspect {container}")
