"""/ready tells the truth about database and schema, /status about Redis as well, and both in time."""

import contextlib
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
import services
from services import Service, Wire
from sqlalchemy.engine import URL

from echodiary import revision, workers


def ask(service: Service) -> tuple[int, dict[str, str], float]:
    started = time.monotonic()
    answer = service.fresh("/ready")
    return answer.status_code, answer.json()["checks"], time.monotonic() - started


def test_ready(running: Service) -> None:
    answer = running.fresh("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"workers": "ok", "database": "ok", "schema": "ok"},
        "revision": revision.head(),
        "version": "0.0.0-dev",
    }
    assert running.fresh("/version").json() == {"revision": revision.head(), "version": "0.0.0-dev"}


def test_database_lost_and_found(database: URL, wire: Wire, tmp_path: Path) -> None:
    with services.service(database.set(port=wire.port), tmp_path) as service:
        assert ask(service)[0] == 200
        wire.cut()
        status, checks, seconds = ask(service)
        assert (status, seconds < 5) == (503, True)
        assert checks["database"].startswith("unreachable")
        assert service.fresh("/entries").status_code == 503
        assert service.fresh("/health").status_code == 200
        assert "echodiary_db_connect_errors_total 0.0" not in service.fresh("/metrics").text
        wire.mend()
        services.wait_for("ready again", lambda: ask(service)[0] == 200)
        assert service.fresh("/entries").status_code == 200


def test_silent_database_is_given_up_in_time(database: URL, wire: Wire, tmp_path: Path) -> None:
    with services.service(database.set(port=wire.port), tmp_path) as service:
        assert ask(service)[0] == 200
        wire.freeze()
        status, checks, seconds = ask(service)
        assert (status, checks["database"]) == (503, "no answer in time")
        assert seconds < 5
        assert service.fresh("/health").status_code == 200
        wire.thaw()
        services.wait_for("ready again", lambda: ask(service)[0] == 200)


def test_starts_without_a_database(database: URL, tmp_path: Path) -> None:
    with services.service(database.set(port=services.free_port()), tmp_path) as service:
        assert ask(service)[0] == 503
        # No host, user or password in an answer that anybody may read.
        assert "127.0.0.1" not in service.fresh("/ready").text


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0003'", "revision is 0003"),
        ("DELETE FROM alembic_version", "revision is none"),
        ("DROP TABLE alembic_version", "revision is none"),
    ],
)
def test_older_schema_is_not_ready(running: Service, statement: str, said: str) -> None:
    with psycopg.connect(services.plain(running.url), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS TABLE alembic_version")
        try:
            connection.execute(statement)
            status, checks, _ = ask(running)
        finally:
            connection.execute("DROP TABLE IF EXISTS alembic_version")
            connection.execute("ALTER TABLE kept RENAME TO alembic_version")
    assert (status, checks["database"]) == (503, "ok")
    assert checks["schema"].startswith(said)


def test_schema_of_a_newer_release_is_no_reason_to_leave(running: Service) -> None:
    with psycopg.connect(services.plain(running.url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            status, checks, _ = ask(running)
            assert running.metric("echodiary_schema_revision_match") == 0
        finally:
            connection.execute(f"UPDATE alembic_version SET version_num = '{revision.head()}'")
    assert (status, checks["schema"]) == (200, "ok")


def test_busy_pool_is_not_a_lost_database(database: URL, tmp_path: Path) -> None:
    settings = {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "0", "DB_POOL_TIMEOUT": "0.3"}
    with services.service(database, tmp_path, **settings) as service, ThreadPoolExecutor(1) as threads:
        with services.blocked_writes(database):
            waiting = threads.submit(service.fresh_post, "/entries", {"title": "waits"})
            services.wait_for("the pool is in use", lambda: service.metric("echodiary_db_pool_checked_out") == 1)
            assert service.fresh("/entries").status_code == 503
            assert service.metric("echodiary_db_pool_timeout_total") == 1
            assert ask(service)[0] == 200
        assert waiting.result().status_code == 201


def test_redis_lost_and_found(database: URL, redis_port: int, tmp_path: Path) -> None:
    wire = Wire(redis_port)
    with services.service(database, tmp_path, REDIS_URL=f"redis://127.0.0.1:{wire.port}/0") as service:
        assert ask(service)[:2] == (200, {"database": "ok", "schema": "ok", "redis": "ok"})
        assert [service.fresh("/statistics").json()["cached"] for _ in range(2)] == [False, True]
        wire.cut()
        status, checks, seconds = ask(service)
        assert (status, checks["database"], seconds < 5) == (200, "ok", True)
        assert checks["redis"].startswith("unreachable")
        # The cache is a convenience: without it the answer is merely slower.
        assert service.fresh("/statistics").json()["cached"] is False
        wire.mend()
        services.wait_for("well again", lambda: service.fresh("/status").status_code == 200)
        wire.freeze()
        status, checks, seconds = ask(service)
        assert (status, checks["redis"], seconds < 5) == (200, "no answer in time", True)
    wire.thaw()
    wire.cut()


def test_statistics_without_redis(running: Service) -> None:
    before = running.fresh("/statistics").json()
    running.http.post("/entries", json={"title": "four", "body": "12345", "mood": "great"})
    after = running.fresh("/statistics").json()
    assert after["cached"] is False
    assert (after["entries"] - before["entries"], after["characters"] - before["characters"]) == (1, 9)
    assert after["moods"]["great"] - before["moods"].get("great", 0) == 1


def test_ready_only_once_all_workers_are_and_then_whatever_becomes_of_one(database: URL, tmp_path: Path) -> None:
    running = services.Service(database, tmp_path / "service.log", WEB_CONCURRENCY="3")
    try:
        services.wait_for("ready", lambda: ask(running)[0] == 200)
        assert running.log.read_text().count("Waiting for application startup") == 3
        assert ask(running)[1]["workers"] == "ok"
        os.kill(running.workers()[0], signal.SIGKILL)
        for _ in range(20):
            with contextlib.suppress(httpx.TransportError):  # the one it hit, in the moment it died
                assert ask(running)[0] == 200
    finally:
        running.stop()


def test_who_has_not_come_up_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workers.missing(2) == 0, "one process alone waits for nobody"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert workers.missing(2) == 2
    workers.arrived()
    workers.arrived()
    assert workers.missing(2) == 1
    (tmp_path / "worker_1.up").touch()
    (tmp_path / "worker_2.up").touch()
    assert workers.missing(2) == 0
