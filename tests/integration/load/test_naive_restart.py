# SPDX-License-Identifier: GPL-3.0-or-later
"""The load is believed when it says nothing failed, because it says so when something did: a restart that drops requests."""

from __future__ import annotations

import secrets
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import docker
import pytest

from tests import load
from tests.integration import lab_images

NAME = "echodiary-loadtest"
# What two cores carry beside a whole test run, with slow requests enough that a restart meets some.
GENTLE: dict[str, Any] = {"rate": 40, "mix": "keep-alive=50,new-connection=25,write=20,slow-write=5", "slow_seconds": 2}


@pytest.fixture(scope="module")
def images() -> dict[str, str]:
    return {"application": lab_images.application(), "postgres": lab_images.service("postgres")}


@pytest.fixture(scope="module")
def database(images: dict[str, str]) -> Iterator[str]:
    """Named like a lab's, so that its rows are counted like a lab's. Yields what EchoDiary connects to."""
    port, password = _free_port(), secrets.token_hex(16)
    server = _run("postgres", images["postgres"], _postgres(port), {"PGPORT": str(port)})
    try:
        _wait("PostgreSQL answers", lambda: server.exec_run(["pg_isready", "-q"], user="postgres").exit_code == 0)
        for statement in (f"CREATE ROLE diary LOGIN PASSWORD '{password}'", "CREATE DATABASE echodiary OWNER diary"):
            done = server.exec_run(["psql", "-qc", statement], user="postgres")
            assert done.exit_code == 0, done.output.decode()
        yield f"postgresql+psycopg://diary:{password}@127.0.0.1:{port}/echodiary"
    finally:
        server.remove(force=True, v=True)


@pytest.fixture(scope="module")
def application(images: dict[str, str], database: str) -> Iterator[Any]:
    environment = {"DATABASE_URL": database, "HOST": "127.0.0.1", "PORT": str(_free_port())}
    migration = _run("migrate", images["application"], ["alembic", "upgrade", "head"], environment)
    try:
        assert migration.wait(timeout=120)["StatusCode"] == 0, migration.logs().decode()
    finally:
        migration.remove(force=True)
    container = _run("app", images["application"], None, environment)
    container.url = f"http://127.0.0.1:{environment['PORT']}"
    try:
        _wait("EchoDiary is ready", lambda: _status(container.url + "/ready") == 200)
        yield container
    finally:
        container.remove(force=True)


def test_nothing_fails_when_nothing_happens(application: Any) -> None:
    with load.running(application.url, seconds=8, **GENTLE) as running:
        result = running.wait(60)
    assert (result.sent, result.failed, result.retried) == (320, 0, 0), running.output
    assert all(count["ok"] for count in result.kinds.values())
    ledger = load.settle(result, load.rows(load.lab_psql(NAME), result.run))
    assert ledger.exact and ledger.unanswered == []
    assert ledger.rows == ledger.acknowledged == result.writes["sent"] == 80


def test_a_slow_request_is_under_way_in_the_application(application: Any) -> None:
    """Its body is still coming, so what it asks of a restart is real."""
    with load.running(application.url, seconds=30, rate=5, mix="slow-write=1", slow_seconds=5) as running:
        _wait("EchoDiary works on several requests at once", lambda: _in_progress(application.url) > 5)
        result = running.stop()
    assert result.failed == 0, running.output


def test_a_restart_drops_requests_and_is_caught(application: Any) -> None:
    with load.running(application.url, seconds=60, **GENTLE) as running:
        time.sleep(3)
        application.restart(timeout=1)
        _wait("EchoDiary is ready again", lambda: _status(application.url + "/ready") == 200)
        time.sleep(2)
        result = running.stop()
    assert result.failed > 0 and result.ok > 0
    assert "connection refused" in {failure["reason"] for failure in result.failures}
    [host] = result.hosts.values()
    assert host["longest_gap"]["seconds"] > 0.5
    ledger = load.settle(result, load.rows(load.lab_psql(NAME), result.run))
    assert ledger.exact, ledger  # what was acknowledged before the end is in the database all the same
    assert ledger.acknowledged < result.writes["sent"]


def _run(role: str, image: str, command: list[str] | None, environment: dict[str, str]) -> Any:
    client = docker.from_env()
    name = f"{NAME}-{role}"
    for left in client.containers.list(all=True, filters={"name": f"^/{name}$"}):
        left.remove(force=True, v=True)
    return client.containers.run(image, command, name=name, detach=True, network_mode="host", environment=environment)


def _postgres(port: int) -> list[str]:
    settings = ["config_file=/etc/postgresql/postgresql.conf", "listen_addresses=127.0.0.1", f"port={port}"]
    return ["postgres", "-D", "/var/lib/postgresql/data", *(word for setting in settings for word in ("-c", setting))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _in_progress(url: str) -> float:
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("http_requests_in_progress"))


def _wait(what: str, probe: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.1)
