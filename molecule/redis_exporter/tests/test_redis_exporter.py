# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of a real Redis, and a password nobody else gets to see."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

METRICS = "http://127.0.0.1:9121/metrics"
PASSWORD = "no-such-password"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.service=redis_exporter)"


def test_redis_is_measured(fetch: Callable[..., Any]) -> None:
    lines = fetch(METRICS).text.splitlines()
    assert "redis_up 1" in lines
    assert any(line.startswith("redis_memory_used_bytes ") for line in lines)


def test_only_this_host_reaches_it(host: Host) -> None:
    address = host.check_output("hostname -I").split()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 9121), timeout=5)


def test_without_a_password_there_is_no_file_for_one(host: Host) -> None:
    with host.sudo():
        assert host.check_output("ls -A /etc/redis_exporter") == ""


def test_a_password_is_used_and_seen_by_nobody(host: Host, fetch: Callable[..., Any], converge: Callable[..., Any]) -> None:
    changed = converge(redis_exporter_password=PASSWORD)
    assert not changed["failed"], changed["output"]
    # The lab's Redis wants none: one that is offered is refused.
    assert "redis_up 0" in fetch(METRICS).text.splitlines()
    assert PASSWORD not in changed["output"] + json.dumps(changed)
    assert host.run("cat /etc/redis_exporter/password.json").rc != 0
    with host.sudo():
        file = host.file("/etc/redis_exporter/password.json")
        assert file.mode == 0o400
        assert host.run("runuser -u nobody cat /etc/redis_exporter/password.json").rc != 0
        assert PASSWORD in file.content_string
        assert PASSWORD not in host.check_output(f"docker inspect {CONTAINER}")
        assert PASSWORD not in host.check_output("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
        assert PASSWORD not in host.check_output("cat /var/lib/echodiary/components/redis_exporter.json")


def test_the_process_has_no_rights(host: Host) -> None:
    with host.sudo():
        process = host.check_output(f"docker inspect --format '{{{{.State.Pid}}}}' {CONTAINER}")
        status = dict(line.split(":\t", 1) for line in host.file(f"/proc/{process}/status").content_string.splitlines() if ":\t" in line)
    assert host.run(f"getent passwd {status['Uid'].split()[0]}").rc != 0
    assert int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"
