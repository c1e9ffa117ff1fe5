"""What the service is worth while something behind it is dead, silent, slow or comes and goes, under load."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import services
from services import Service, Wire
from sqlalchemy.engine import URL

CLIENTS = 4
PATHS = ("/entries?limit=1", "/statistics", "/health")


class Load:
    """Clients that ask one after the other, each as fast as it is answered, until told to stop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._over = threading.Event()
        self.answers: Counter[int] = Counter()
        self.slowest = 0.0
        self.without_retry_after = 0

    def ask(self) -> None:
        with httpx.Client(base_url=self._service.base, timeout=30) as client:
            while not self._over.is_set():
                for path in PATHS:
                    started = time.monotonic()
                    answer = client.get(path)
                    self.slowest = max(self.slowest, time.monotonic() - started)
                    self.answers[answer.status_code] += 1
                    self.without_retry_after += answer.status_code == 503 and "Retry-After" not in answer.headers

    def more(self, number: int) -> None:
        """Until as many more were answered."""
        wanted = self.answers.total() + number
        services.wait_for(f"{number} more answers", lambda: self.answers.total() >= wanted)

    def stop(self) -> None:
        self._over.set()


@contextlib.contextmanager
def load(service: Service) -> Iterator[Load]:
    running = Load(service)
    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = [threads.submit(running.ask) for _ in range(CLIENTS)]
        try:
            yield running
        finally:
            running.stop()
        for client in clients:
            client.result()


@pytest.fixture
def to_redis(redis_port: int) -> Iterator[Wire]:
    wire = Wire(redis_port)
    yield wire
    wire.thaw()
    wire.cut()


@pytest.fixture
def with_redis(database: URL, to_redis: Wire, tmp_path: Path) -> Iterator[Service]:
    with services.service(database, tmp_path, WEB_CONCURRENCY="2", REDIS_URL=f"redis://127.0.0.1:{to_redis.port}/0") as service:
        assert service.fresh("/status").json()["status"] == "ok"
        yield service


@pytest.mark.parametrize("how", ["dead", "silent", "flapping"])
def test_without_redis_no_request_fails_or_waits_for_it(with_redis: Service, to_redis: Wire, how: str) -> None:
    with load(with_redis) as found:
        found.more(50)
        _disturb(to_redis, how, found)
        found.more(300)
    assert set(found.answers) == {200}
    assert found.slowest < 10


def _disturb(wire: Wire, how: str, found: Load) -> None:
    if how == "dead":
        wire.cut()
    elif how == "silent":
        wire.freeze()
    else:
        for _ in range(3):
            wire.freeze()
            found.more(40)
            wire.thaw()
            found.more(40)
        wire.cut()


def test_once_redis_is_known_to_be_silent_nobody_waits(database: URL, to_redis: Wire, tmp_path: Path) -> None:
    settings = {"REDIS_URL": f"redis://127.0.0.1:{to_redis.port}/0", "REDIS_TIMEOUT": "3"}
    with services.service(database, tmp_path, **settings) as service:
        to_redis.freeze()
        service.fresh("/statistics")
        started = time.monotonic()
        for _ in range(20):
            assert service.fresh("/statistics").json()["cached"] is False
        # each would wait for three seconds
        assert time.monotonic() - started < 30


def test_redis_is_used_again_once_it_answers(with_redis: Service, to_redis: Wire) -> None:
    to_redis.freeze()
    for _ in range(20):
        assert with_redis.fresh("/statistics").status_code == 200
    to_redis.thaw()
    services.wait_for("the cache is used again", lambda: with_redis.fresh("/statistics").json()["cached"])


def test_three_questions(with_redis: Service, to_redis: Wire) -> None:
    to_redis.cut()
    assert with_redis.fresh("/health").status_code == 200
    ready = with_redis.fresh("/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["checks"]["redis"].startswith("unreachable")
    status = with_redis.fresh("/status")
    assert (status.status_code, status.json()["status"], status.json()["failing"]) == (503, "degraded", ["redis"])
    assert with_redis.metric('echodiary_check_ok{check="redis"}') == 0
    to_redis.mend()
    services.wait_for("all is well", lambda: with_redis.fresh("/status").status_code == 200)
    assert with_redis.metric('echodiary_check_ok{check="redis"}') == 1


def test_who_scrapes_has_everything_checked(with_redis: Service, to_redis: Wire) -> None:
    to_redis.cut()
    services.wait_for("the metrics say so", lambda: with_redis.metric('echodiary_check_ok{check="redis"}') == 0)
    assert with_redis.metric('echodiary_check_ok{check="database"}') == 1


def test_no_database_is_no_reason_to_take_a_process_out(database: URL, wire: Wire, tmp_path: Path) -> None:
    with services.service(database.set(port=wire.port), tmp_path) as service:
        wire.cut()
        assert [service.fresh(path).status_code for path in ("/health", "/ready", "/status")] == [200, 503, 503]
        assert service.fresh("/status").json()["status"] == "down"


@pytest.mark.parametrize("how", ["dead", "silent", "flapping"])
def test_without_a_database_users_get_our_own_answer_and_all_is_well_the_moment_it_is_back(
    database: URL, wire: Wire, tmp_path: Path, how: str
) -> None:
    limits = {"REQUEST_TIMEOUT": "2", "DB_POOL_TIMEOUT": "1.5", "WEB_CONCURRENCY": "2"}
    with services.service(database.set(port=wire.port), tmp_path, **limits) as service:
        with load(service) as found:
            found.more(100)
            assert set(found.answers) == {200}
            for _ in range(2 if how == "flapping" else 1):
                wire.cut() if how == "dead" else wire.freeze()
                services.wait_for("errors", lambda: found.answers[503] > 5)
                found.answers.clear()
                found.more(30)
                assert service.fresh("/health").status_code == 200
                wire.mend() if how == "dead" else wire.thaw()
                services.wait_for("back", lambda: service.fresh("/entries?limit=1").status_code == 200, 10)
        assert set(found.answers) == {200, 503}
        assert found.without_retry_after == 0
        assert found.slowest < 12
        with load(service) as found:
            found.more(100)
        assert set(found.answers) == {200}


def test_an_answer_that_takes_too_long_is_given_up_and_nothing_is_left_of_it(database: URL, tmp_path: Path) -> None:
    with services.service(database, tmp_path, REQUEST_TIMEOUT="0.5", DB_POOL_SIZE="1", DB_MAX_OVERFLOW="0") as service:
        with services.blocked_writes(database):
            started = time.monotonic()
            answer = service.fresh_post("/entries", {"title": "waits"})
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            assert answer.headers["X-Request-ID"]
            assert time.monotonic() - started < 5
            assert service.metric("echodiary_request_timeouts_total") == 1
        services.wait_for("its connection is back", lambda: service.metric("echodiary_db_pool_checked_out") == 0)
        assert services.count(database, "entries") == 0
        assert service.fresh_post("/entries", {"title": "goes on"}).status_code == 201


def test_a_slow_client_has_its_own_time(database: URL, tmp_path: Path) -> None:
    def slowly() -> Iterator[bytes]:
        for part in (b'{"title"', b': "slow', b'ly"}'):
            yield part
            time.sleep(0.4)

    with services.service(database, tmp_path, REQUEST_TIMEOUT="0.5") as service:
        answer = httpx.post(service.base + "/entries", content=slowly(), headers={"Content-Type": "application/json"}, timeout=15)
    assert answer.status_code == 201
