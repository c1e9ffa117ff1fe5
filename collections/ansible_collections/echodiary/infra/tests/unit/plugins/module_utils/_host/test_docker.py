# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._host import docker

INSPECT: dict[str, Any] = {
    "Id": "0123456789abcdef",
    "Image": "sha256:one",
    "RestartCount": 2,
    "State": {"Status": "running", "StartedAt": "2025-01-02T03:04:05.678901234Z", "ExitCode": 0, "Health": {"Status": "starting"}},
    "Config": {"Labels": {"com.docker.compose.service": "web", "com.docker.compose.config-hash": "abc"}},
}


def test_what_an_inspect_says() -> None:
    found = docker.parse(INSPECT)
    assert (found.service, found.image_id, found.config_hash) == ("web", "sha256:one", "abc")
    assert (found.state, found.health, found.restarts) == ("running", "starting", 2)


def test_identity_changes_with_every_start() -> None:
    again = {**INSPECT, "State": {**INSPECT["State"], "StartedAt": "2025-01-02T03:04:06.678901234Z"}}
    assert docker.parse(INSPECT).identity != docker.parse(again).identity
    assert docker.parse(INSPECT).identity == docker.parse(INSPECT).identity


def test_a_container_without_health_or_labels() -> None:
    found = docker.parse({"Id": "x", "Image": "i", "State": {"Status": "created"}, "Config": {"Labels": {}}})
    assert (found.service, found.health, found.started_at) == ("", "", 0.0)


def test_running_is_known_without_connecting(tmp_path: Path) -> None:
    pid_file = tmp_path / "docker.pid"
    assert not docker.running(str(pid_file))
    pid_file.write_text(str(os.getpid()))
    assert docker.running(str(pid_file))
    pid_file.write_text("999999999")
    assert not docker.running(str(pid_file))
    pid_file.write_text("rubbish")
    assert not docker.running(str(pid_file))
