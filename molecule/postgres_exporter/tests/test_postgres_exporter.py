# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of a real database, and a password nobody else gets to see."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

METRICS = "http://127.0.0.1:9187/metrics"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.service=postgres_exporter)"


def test_the_database_is_measured(fetch: Callable[..., Any]) -> None:
    lines = fetch(METRICS).text.splitlines()
    assert "pg_up 1" in lines
    assert any(line.startswith('pg_database_size_bytes{datname="echodiary"}') for line in lines)
    assert any(line.startswith("pg_stat_database_numbackends{") and 'datname="echodiary"' in line for line in lines)


def test_only_this_host_reaches_it(host: Host) -> None:
    address = host.check_output("hostname -I").split()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 9187), timeout=5)


def test_nobody_else_reads_the_password(host: Host, secrets: dict[str, str]) -> None:
    assert host.run("cat /etc/postgres_exporter/password").rc != 0
    with host.sudo():
        password = host.file("/etc/postgres_exporter/password")
        assert password.mode == 0o400
        assert host.run("runuser -u nobody cat /etc/postgres_exporter/password").rc != 0
        assert password.content_string.strip() == secrets["postgres_exporter_password"]


def test_the_password_is_nowhere_else(host: Host, secrets: dict[str, str], sequence: list[dict[str, Any]]) -> None:
    password = secrets["postgres_exporter_password"]
    with host.sudo():
        assert password not in host.check_output(f"docker inspect {CONTAINER}")
        assert password not in host.check_output("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
        assert password not in host.check_output("cat /opt/echodiary/postgres_exporter/compose.yaml")
        assert password not in host.check_output("cat /var/lib/echodiary/components/postgres_exporter.json")
    assert password not in json.dumps(sequence)


def test_the_process_has_no_rights(host: Host) -> None:
    with host.sudo():
        process = host.check_output(f"docker inspect --format '{{{{.State.Pid}}}}' {CONTAINER}")
        status = dict(line.split(":\t", 1) for line in host.file(f"/proc/{process}/status").content_string.splitlines() if ":\t" in line)
        assert host.file("/etc/postgres_exporter/password").uid == int(status["Uid"].split()[0])
    assert host.run(f"getent passwd {status['Uid'].split()[0]}").rc != 0
    assert int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"


def test_another_password_is_used_at_once(fetch: Callable[..., Any], converge: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    changed = converge(postgres_exporter_password="no-such-password")
    assert not changed["failed"]
    eventually(lambda: "pg_up 0" in fetch(METRICS).text.splitlines())
    assert "no-such-password" not in changed["output"]
