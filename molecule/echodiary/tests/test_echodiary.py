# SPDX-License-Identifier: GPL-3.0-or-later
"""The application against a real PostgreSQL, and what may be seen of it from outside."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

API = "http://127.0.0.1:8001"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.service=api-blue)"
SELECT = """
import os, sys, psycopg
url = os.environ["DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
print(psycopg.connect(url).execute(sys.argv[1]).fetchone()[0])
"""


def select(host: Host, query: str) -> str:
    with host.sudo():
        return str(host.check_output(f"docker exec {CONTAINER} python -c %s %s", SELECT, query))


def test_ready_means_database_schema_and_redis(fetch: Callable[..., Any]) -> None:
    answer = fetch(f"{API}/ready")
    assert answer.status == 200
    assert answer.json["status"] == "ready"
    assert {"database", "schema", "redis"} <= set(answer.json["checks"])


def test_an_entry_ends_up_in_postgresql(host: Host, fetch: Callable[..., Any]) -> None:
    body = json.dumps({"title": "molecule", "body": "written by a test"})
    made = fetch(f"{API}/entries", "POST", body, {"Content-Type": "application/json"})
    assert made.status == 201, made.text
    entry = f"{API}/entries/{made.json['id']}"
    assert fetch(entry).json["body"] == "written by a test"
    assert select(host, f"SELECT body FROM entries WHERE id = '{made.json['id']}'") == "written by a test"
    assert fetch(entry, "DELETE").status == 204
    assert fetch(entry).status == 404
    assert select(host, f"SELECT count(*) FROM entries WHERE id = '{made.json['id']}'") == "0"


def test_the_schema_was_brought_up_by_a_container_that_ended(host: Host) -> None:
    with host.sudo():
        ended = host.check_output("docker ps --all --filter label=com.docker.compose.service=migrate --format '{{.Status}}'")
    assert ended.startswith("Exited (0)")
    assert select(host, "SELECT version_num FROM alembic_version")


def test_only_this_host_reaches_it(host: Host) -> None:
    address = host.check_output("hostname -I").split()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 8001), timeout=5)


def test_nobody_else_reads_its_secrets(host: Host, secrets: dict[str, str], sequence: list[dict[str, Any]]) -> None:
    password = secrets["database_password"]
    assert host.run("cat /etc/echodiary/echodiary.env").rc != 0
    with host.sudo():
        environment = host.file("/etc/echodiary/echodiary.env")
        assert (environment.user, environment.group, environment.mode) == ("root", "root", 0o600)
        assert f"DATABASE_URL=postgresql+psycopg://echodiary:{password}@" in environment.content_string
        for place in ("/opt/echodiary/echodiary/compose.yaml", "/var/lib/echodiary/components/echodiary.json"):
            assert password not in host.file(place).content_string
        assert password not in host.check_output("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert password not in json.dumps(sequence)


def test_the_container_may_do_nothing_it_does_not_need(host: Host) -> None:
    with host.sudo():
        assert host.run(f"docker exec {CONTAINER} touch /srv/x").rc != 0
        assert host.check_output(f"docker exec {CONTAINER} id -u") != "0"
        running = json.loads(host.check_output(f"docker inspect {CONTAINER}"))[0]
    assert running["HostConfig"]["CapDrop"] == ["ALL"]
    assert running["HostConfig"]["Memory"] == 768 * 1024**2
    assert running["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert running["State"]["Health"]["Status"] == "healthy"


def test_it_comes_back_when_its_process_dies(host: Host, fetch: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    with host.sudo():
        process = host.check_output(f"docker inspect --format '{{{{.State.Pid}}}}' {CONTAINER}")
        host.check_output(f"kill -KILL {process}")
    answering = "python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:8001/ready\")'"
    eventually(lambda: host.run(answering).rc == 0, seconds=40)
    assert fetch(f"{API}/ready").json["status"] == "ready"


def test_an_application_that_never_gets_ready_is_taken_back(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    before = host.file("/opt/echodiary/echodiary/compose.yaml").content_string
    failed = converge(echodiary_database_host="192.0.2.1", echodiary_ready_deadline=8, echodiary_migrate=False)
    assert failed["failed"]
    assert failed["components"][0]["status"] == "taken_back"
    assert host.file("/opt/echodiary/echodiary/compose.yaml").content_string == before
    assert fetch(f"{API}/ready").status == 200
