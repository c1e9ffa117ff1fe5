# SPDX-License-Identifier: GPL-3.0-or-later
"""The application against a real PostgreSQL, behind a real HAProxy, and what may be seen of it from outside."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

API = "http://127.0.0.1:8001"
EDGE = "http://127.0.0.1"
SLOT = "/opt/echodiary/echodiary/blue"
CONTAINER = "$(docker ps --quiet --filter label=com.docker.compose.project=echodiary-blue)"
TELL = """
import socket, sys
admin = socket.socket(socket.AF_UNIX)
admin.connect("/run/haproxy/admin.sock")
admin.sendall(sys.argv[1].encode() + b"\\n")
print(admin.makefile().read())
"""
SELECT = """
import os, sys, psycopg
url = os.environ["DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
print(psycopg.connect(url).execute(sys.argv[1]).fetchone()[0])
"""
STARTED = "sudo docker inspect --format '{{.Id}} {{.State.StartedAt}}' echodiary-blue-api-1"


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


def test_the_schema_was_brought_up(host: Host) -> None:
    assert select(host, "SELECT version_num FROM alembic_version")


def test_what_serves_owns_nothing_and_the_owner_s_password_is_on_no_disk(host: Host, secrets: dict[str, str]) -> None:
    assert select(host, "SELECT tableowner FROM pg_tables WHERE tablename = 'entries'") == "echodiary"
    assert select(host, "SELECT has_schema_privilege('public', 'CREATE')") == "False"
    with host.sudo():
        # not in the journal: sudo writes there what is looked for here
        places = "/etc /opt /srv /usr/local /var/lib/echodiary /var/cache /tmp"
        assert host.run(f"grep -rlsF %s {places}", secrets["database_migrate_password"]).stdout == ""


def test_the_edge_leads_to_it_and_the_other_slot_is_empty(host: Host, fetch: Callable[..., Any]) -> None:
    assert fetch(f"{EDGE}/entries?limit=1").status == 200
    with host.sudo():
        assert host.check_output("docker ps --all --format '{{.Names}}'") == "echodiary-blue-api-1"
        assert host.file(f"{SLOT}/.env").content_string == "SLOT=blue\nPORT=8001\n"
        assert json.loads(host.file("/var/lib/echodiary/slots/echodiary.json").content_string)["active"] == "blue"


def test_traffic_that_somebody_sent_elsewhere_is_found_and_brought_back(
    host: Host, fetch: Callable[..., Any], converge: Callable[..., Any]
) -> None:
    with host.sudo():
        host.check_output("python3 -c %s %s", TELL, "set server echodiary/blue state drain")
    found = converge("--check")["components"][0]
    assert [(change["resource"], change["action"], change["origin"]) for change in found["changes"]] == [
        ("traffic:echodiary", "update", "corrective")
    ]
    assert found["sync"] == "OutOfSync"
    assert not converge()["failed"]
    assert fetch(f"{EDGE}/entries?limit=1").status == 200


def test_only_this_host_reaches_it(host: Host) -> None:
    address = host.check_output("hostname -I").split()[0]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, 8001), timeout=5)


def test_nobody_else_reads_its_secrets(host: Host, secrets: dict[str, str], sequence: list[dict[str, Any]]) -> None:
    password = secrets["database_password"]
    assert host.run(f"cat {SLOT}/echodiary.env").rc != 0
    with host.sudo():
        environment = host.file(f"{SLOT}/echodiary.env")
        assert (environment.user, environment.group, environment.mode) == ("root", "root", 0o600)
        assert f"DATABASE_URL=postgresql+psycopg://echodiary_app:{password}@" in environment.content_string
        for place in (
            f"{SLOT}/compose.yaml",
            "/var/lib/echodiary/components/echodiary@blue.json",
            "/var/lib/echodiary/slots/echodiary.json",
        ):
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


def test_an_application_that_never_gets_ready_is_not_noticed(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    before = host.check_output(STARTED)
    failed = converge(echodiary_database_host="192.0.2.1", echodiary_ready_deadline=8)
    assert failed["failed"]
    assert failed["components"][0]["status"] == "taken_back"
    assert host.check_output(STARTED) == before
    assert fetch(f"{EDGE}/entries?limit=1").status == 200


def test_another_setting_goes_to_the_other_slot(fetch: Callable[..., Any], host: Host, converge: Callable[..., Any]) -> None:
    rolled = converge(echodiary_log_level="debug")["components"][0]
    assert (rolled["status"], rolled["release"]["slot"]) == ("changed", "green")
    assert rolled["release"]["previous"]["image"] == rolled["release"]["image"]
    assert fetch(f"{EDGE}/entries?limit=1").status == 200
    with pytest.raises(AssertionError):
        fetch(f"{API}/ready")
