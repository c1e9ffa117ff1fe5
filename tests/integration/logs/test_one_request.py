# SPDX-License-Identifier: GPL-3.0-or-later
"""A real request through HAProxy (with the role's configuration), EchoDiary and PostgreSQL (the role's) is found by its id in all logs."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests import rendering
from tests.integration import lab_images
from tests.integration.logs.command import Command
from tests.integration.logs.machine import Machine, eventually

KEY = "a-password"
PORT, SLOT = 8080, 8001
URL = f"postgresql://master:{KEY}@127.0.0.1/diary"
COMPOSE = "com.docker.compose.project"


def edge(host: Machine) -> None:
    """As role haproxy has it, without the rest of a host."""
    given = {"inventory_hostname": "app1", "components": ["haproxy", "echodiary"], "playbook_dir": str(host.place),
             "haproxy_bind": "127.0.0.1", "haproxy_port": PORT, "haproxy_metrics_bind": "127.0.0.1", "haproxy_log_every_request": True,
             "echodiary_ports": {"blue": SLOT, "green": SLOT + 1}}  # fmt: skip
    host.sh("mkdir -p /etc/haproxy /run/haproxy /var/lib/haproxy; touch /var/lib/haproxy/edge.map")
    for path, text in rendering.tree("haproxy", **given).items():
        if path.startswith("/etc/haproxy/"):
            command = ["docker", "exec", "-i", host.container, "sh", "-c", f"mkdir -p $(dirname {path}); cat > {path}"]
            subprocess.run(command, input=text.encode(), check=True, timeout=60)
    host.sh("systemd-run --unit=edge -p SyslogIdentifier=haproxy haproxy -W -f /etc/haproxy/haproxy.cfg")


def application(host: Machine) -> None:
    image = lab_images.application()
    saved = subprocess.run(["docker", "save", image], capture_output=True, check=True, timeout=120).stdout
    subprocess.run(["docker", "exec", "-i", host.container, "docker", "load"], input=saved, check=True, timeout=120)
    run = f"docker run --network host -e DATABASE_URL={URL} -e HOST=127.0.0.1 -e PORT={SLOT}"
    labels = f"--label {COMPOSE}=echodiary-blue --label {COMPOSE}.working_dir=/opt/echodiary/echodiary/blue"
    host.sh(f"{run} --rm {image} alembic upgrade head")
    host.sh(f"{run} -d --name diary {labels} {image}")


def whole(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    """None before all three have told theirs."""
    return lines if {line["component"] for line in lines} == {"haproxy", "echodiary", "postgres"} else []


@pytest.mark.full
def test_by_one_id_through_everything(host: Machine, logs: Command) -> None:
    # every statement is slow
    host.converge("postgres", postgres_admin_password=KEY, postgres_memory_mb=256, postgres_settings={"log_min_duration_statement": 0})
    host.sh("su postgres -c 'createdb --owner master diary'")
    application(host)
    edge(host)
    ask = f"curl -s -o /dev/null -w '%{{http_code}}' -H 'X-Request-ID: NAME' http://127.0.0.1:{PORT}/entries?limit=3"
    eventually(lambda: host.sh(ask.replace("NAME", "before"), check=False) == "200", 90)
    host.sh(ask.replace("NAME", "followed-1"))
    host.sh(ask.replace("NAME", "after"))
    found = eventually(lambda: whole(logs.lines("--request", "followed-1")), 60)
    (by_edge,) = [line for line in found if line["component"] == "haproxy"]
    (by_application,) = [line for line in found if line["component"] == "echodiary"]
    by_database = [line for line in found if line["component"] == "postgres"]
    assert "followed-1" in by_edge["_msg"]
    assert (by_application["request_id"], by_application["status"]) == ("followed-1", "200")
    assert {line["pid"] for line in by_database} == {by_application["database_pid"]}
    assert any("FROM entries" in line["_msg"] for line in by_database), json.dumps(by_database)
