# SPDX-License-Identifier: GPL-3.0-or-later
"""The release that serves is started on what came back, reaches nothing but that, and one that does not come up on it fails by name."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import slots

from tests.integration import lab_images
from tests.integration.backup import conftest
from tests.integration.backup.conftest import Database, Host
from tests.integration.backup.passwords import DATABASE_PASSWORD

Hosts = Callable[..., Host]
#: one Docker serves all who test on this machine
JOB = f"released-{os.getpid()}"
CONTAINER = f"echodiary-restore-test-{JOB}"
COMPOSE = """\
services:
  api:
    image: {image}
    restart: unless-stopped
    env_file: diary.env
    environment: {{WEB_CONCURRENCY: "1", PRICE: "5 $$"}}
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    volumes: ["./tls:/etc/diary/tls:ro", "uploads:/srv/uploads", "/var/run/docker.sock:/srv/docker.sock:ro"]
    mem_limit: 256m
    ports: ["127.0.0.1:${{PORT}}:8000"]
volumes: {{uploads: {{name: diary_uploads}}}}
"""
#: what a release that looks around could find
AROUND = """
import json, os, socket, stat
def reaches(host, port):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False
print(json.dumps({
    "live": reaches({live!r}, 5432), "outside": reaches("192.0.2.1", 80), "restored": reaches("127.0.0.1", 5432),
    "environment": dict(os.environ), "tls": os.listdir("/etc/diary/tls"),
    "socket": stat.S_ISSOCK(os.stat("/srv/docker.sock").st_mode), "interfaces": [name for _, name in socket.if_nameindex()],
}))
"""


@pytest.fixture(scope="module")
def application(database: Database) -> str:
    """Its image, and two databases that it migrated: one to its head, one not so far."""
    image = lab_images.application()
    for name, revision in (("app", "head"), ("old", "0002")):
        database.sql(f"CREATE DATABASE {name} OWNER diary", "postgres")
        url = f"postgresql://diary:{DATABASE_PASSWORD}@{database.address}/{name}"
        command = ["docker", "run", "--rm", "-e", f"DATABASE_URL={url}", "--entrypoint", "alembic", image, "upgrade", revision]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    database.sql("SET ROLE diary; INSERT INTO entries (title, body) SELECT 'title ' || n, 'body' FROM generate_series(1, 300) n", "app")
    return image


@pytest.fixture(scope="module")
def slot(tmp_path_factory: pytest.TempPathFactory, application: str, database: Database) -> Path:
    """Of a release that serves, with what is live in it. The host has it at the same place, since one Docker serves both."""
    place = tmp_path_factory.mktemp("slots") / "blue"
    (place / "tls").mkdir(parents=True)
    (place / "tls" / "ca.pem").write_text("")
    (place / "compose.yaml").write_text(COMPOSE.format(image=application))
    url = f"postgresql+psycopg://diary:{DATABASE_PASSWORD}@{database.address}:5432/app?sslmode=disable"
    (place / "diary.env").write_text(f"DATABASE_URL={url}\nREDIS_URL=redis://:of-the-cache@{database.address}:6379\n")
    (place / ".env").write_text("SLOT=blue\nPORT=8001\n")
    return place


@pytest.fixture
def saved(hosts: Hosts, database: Database, slot: Path, tmp_path: Path) -> Iterator[Callable[..., Host]]:
    """Makes a host on which the release serves, with a snapshot of a database."""

    def make(name: str = "app", deadline: float = 60, **given: Any) -> Host:
        release = {
            "compose": f"{slot.parent}/{{slot}}/compose.yaml", "service": "api", "variable": "DATABASE_URL", "user": "diary", "host": "",
            "ready": [{"path": "/ready", "status": 200, "json": {"status": "ready"}}], "reads": [{"path": "/entries?limit=1"}],
            "deadline": deadline,
        }  # fmt: skip
        job = {**database.job, "database": {**database.job["database"], "name": name}, "release": release, "restore_test": given}
        # the release is asked in its network, whose process only a host sees that has processes of its own
        own = {"pid_mode": "host", "cap_add": ["SYS_ADMIN", "SYS_PTRACE"], "security_opt": ["seccomp=unconfined", "apparmor=unconfined"]}
        places = ["/var/run/docker.sock:/var/run/docker.sock", f"{slot.parent}:{slot.parent}"]
        host = hosts({JOB: job}, run={**own, "init": False, "volumes": places})
        slots.save(str(tmp_path), "diary", {**slots.empty(), "active": "blue"})
        host.shell("mkdir -p /var/lib/echodiary/slots")
        host.put("/var/lib/echodiary/slots", {"diary.json": Path(slots.path_of(str(tmp_path), "diary"))})
        host.good("init")
        host.good("run", JOB)
        return host

    yield make
    assert left() == [], "nothing of a test stays"


def left() -> list[str]:
    client = docker.from_env()
    containers = [one.name for one in client.containers.list(all=True, filters={"name": CONTAINER}, ignore_removed=True)]
    return [*containers, *(one.name for one in client.networks.list() if CONTAINER in one.name)]


def released() -> Any:
    """The container that the release runs in; None where there is none (yet)."""
    found = docker.from_env().containers.list(filters={"name": f"{CONTAINER}-release$"}, ignore_removed=True)
    return found[0] if found else None


def value(host: Host, name: str, label: str) -> float | None:
    lines = [line for line in host.metrics().splitlines() if line.startswith(f"echodiary_restore_test_{name}{{") and label in line]
    return float(lines[0].rpartition(" ")[2]) if lines else None


def test_the_release_that_serves_reads_what_came_back_and_reaches_nothing_else(
    saved: Callable[..., Host], database: Database, application: str
) -> None:
    host = saved()
    around: dict[str, Any] = {}

    def look() -> None:
        end = time.monotonic() + 60
        while not around and time.monotonic() < end:
            one = released()
            done = one and one.exec_run(["python", "-c", AROUND.replace("{live!r}", repr(database.address))])
            if done and not done.exit_code:
                around.update(json.loads(done.output), ports=one.attrs["HostConfig"]["PortBindings"], inspected=json.dumps(one.attrs))

    looker = threading.Thread(target=look)
    looker.start()
    said = host.good("restore-test", JOB)
    looker.join()
    assert f"release {application} is well on it and answers /entries?limit=1" in said
    assert value(host, "ok", 'check="smoke"') == 1 and (value(host, "seconds", 'phase="release"') or 0) > 0
    assert (around["live"], around["outside"], around["restored"]) == (False, False, True)
    assert around["interfaces"] == ["lo"] and not around["ports"] and not around["socket"]
    assert around["tls"] == ["ca.pem"]
    assert "REDIS_URL" not in around["environment"] and around["environment"]["PRICE"] == "5 $"
    everything = json.dumps(around) + said + host.metrics()
    assert DATABASE_PASSWORD not in everything and "of-the-cache" not in everything
    assert "diary_uploads" not in [one.name for one in docker.from_env().volumes.list()]


@pytest.mark.full
def test_a_release_that_does_not_come_up_on_it_fails_by_name(saved: Callable[..., Host]) -> None:
    host = saved("old", deadline=15)
    said = host.refused("restore-test", JOB)
    assert "smoke: release" in said and "does not become well on it in 15 s: GET /ready answers 503" in said, said
    assert "0002" in said, "it says what it found"
    assert value(host, "ok", 'check="smoke"') == 0 and value(host, "ok", 'check="revision"') == 1
    assert value(host, "last_success_timestamp_seconds", JOB) is None


@pytest.mark.full
def test_where_none_serves_that_is_said_and_fails_only_whom_it_is_required_of(saved: Callable[..., Host]) -> None:
    host = saved()
    host.shell("rm -r /var/lib/echodiary/slots")
    assert "no release was tried on it: no release of diary serves on this host" in host.good("restore-test", JOB)
    assert value(host, "ok", 'check="smoke"') is None and value(host, "ok", 'check="rows"') == 1
    jobs = host.config["jobs"]
    host.tell(jobs={JOB: {**jobs[JOB], "restore_test": {"release": "required"}}})
    assert "smoke: no release was tried on it: no release of diary serves" in host.refused("restore-test", JOB)
    assert value(host, "ok", 'check="smoke"') == 0


@pytest.mark.full
def test_nothing_is_left_of_a_run_that_was_killed(saved: Callable[..., Host]) -> None:
    host = saved("old")
    volumes = {one.name for one in docker.from_env().volumes.list()}
    host.shell(f"setsid sh -c 'echo $$ > /tmp/killed; exec echodiary-backup restore-test {JOB}' > /dev/null 2>&1 < /dev/null &")
    conftest.until(lambda: released() is not None)
    time.sleep(1)
    host.shell("kill -9 $(cat /tmp/killed)")
    conftest.until(lambda: left() == [], 20)
    assert {one.name for one in docker.from_env().volumes.list()} <= volumes
    assert host.shell("find /run /tmp /var/tmp -newer /tmp/killed -type f").out == ""
