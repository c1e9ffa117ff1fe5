# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._alembic import launch


def place(**given: Any) -> dict[str, Any]:
    empty = {
        "image": "app@sha256:1", "virtualenv": None, "python": None, "directory": None, "env_file": None, "network": None, "volumes": [],
        "docker_options": [], "pull": "missing",
    }  # fmt: skip
    return {**empty, **given}


def test_a_container_that_leaves_nothing_behind() -> None:
    command = launch.container(place(env_file="/etc/app.env", volumes=["/a:/a:ro"], network="host"), "name").command
    assert command[:3] == ["docker", "run", "--rm"]
    assert command[command.index("--env-file") + 1] == "/etc/app.env"
    assert command[command.index("--volume") + 1] == "/a:/a:ro"
    assert command[-3:-1] == ["app@sha256:1", "-c"]
    assert command[command.index("--entrypoint") + 1] == "python"


def test_own_options_come_before_the_image() -> None:
    command = launch.container(place(docker_options=["--add-host", "db:10.0.0.1"], python="python3.13"), "name").command
    assert command.index("--add-host") < command.index("app@sha256:1")
    assert command[command.index("--entrypoint") + 1] == "python3.13"


def test_a_virtual_environment() -> None:
    started = launch.environment(place(virtualenv="/opt/venv", directory="/opt/app"))
    assert (started.command[0], started.directory, started.container) == ("/opt/venv/bin/python", "/opt/app", "")
