"""POST /verify says whether this release can write, and leaves nothing behind."""

import time
from pathlib import Path

import httpx
import psycopg
import services
from services import Service, Wire
from sqlalchemy.engine import URL


def verify(service: Service) -> httpx.Response:
    return httpx.post(service.base + "/verify", timeout=15)


def _sql(url: URL, *statements: str) -> None:
    with psycopg.connect(services.plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_verified_and_nothing_is_left(running: Service) -> None:
    before = services.count(running.url, "entries")
    answer = verify(running)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "verified": ["create", "change", "delete"]})
    assert services.count(running.url, "entries") == before
    assert services.waiting_for_lock(running.url) == 0


def test_what_users_count_does_not_move(running: Service) -> None:
    series = ('echodiary_entries_created_total{mood="neutral"}', "echodiary_entries_updated_total", "echodiary_entries_deleted_total")
    before = [running.metric(name) for name in series]
    assert verify(running).status_code == 200
    assert [running.metric(name) for name in series] == before
    assert 'handler="/verify"' not in running.fresh("/metrics").text


def test_each_broken_write_is_the_answer_users_would_get(database: URL, tmp_path: Path) -> None:
    refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$"
    _sql(database, refuse)
    with services.service(database, tmp_path) as service:
        for event in ("INSERT", "UPDATE", "DELETE"):
            _sql(database, f"CREATE TRIGGER broken BEFORE {event} ON entries FOR EACH ROW EXECUTE FUNCTION refuse()")
            answer = verify(service)
            _sql(database, "DROP TRIGGER broken ON entries")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), event
        assert verify(service).status_code == 200
    assert services.count(database, "entries") == 0


def test_waits_no_longer_than_told_and_holds_nothing_afterwards(database: URL, tmp_path: Path) -> None:
    with services.service(database, tmp_path, VERIFY_TIMEOUT="0.5") as service:
        with services.blocked_writes(database):
            started = time.monotonic()
            answer = verify(service)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            assert time.monotonic() - started < 5
            services.wait_for("nothing waits any more", lambda: services.waiting_for_lock(database) == 0)
        services.wait_for("all are back", lambda: service.metric("echodiary_db_pool_checked_out") == 0)
        assert verify(service).status_code == 200


def test_silent_database_is_given_up_in_time(database: URL, wire: Wire, tmp_path: Path) -> None:
    with services.service(database.set(port=wire.port), tmp_path, VERIFY_TIMEOUT="0.5") as service:
        assert verify(service).status_code == 200
        wire.freeze()
        started = time.monotonic()
        assert verify(service).status_code == 503
        assert time.monotonic() - started < 5
        wire.thaw()
        services.wait_for("verified again", lambda: verify(service).status_code == 200)
