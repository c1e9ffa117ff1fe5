"""Numbers that are the same whichever worker is asked."""

import os
import signal
from pathlib import Path

import services
from services import Service
from sqlalchemy.engine import URL

from echodiary import revision

LISTED = 'http_requests_total{handler="/entries",method="GET",status="2xx"}'


class Growth:
    """How much a series has grown since this was made: the service is shared with other tests."""

    def __init__(self, service: Service, series: str) -> None:
        self._service, self._series = service, series
        self._before = service.metric(series)

    def __call__(self) -> float:
        return self._service.metric(self._series) - self._before


def test_scrapes_agree_across_workers(running: Service) -> None:
    requests = Growth(running, LISTED)
    observations = Growth(running, 'http_request_duration_seconds_count{handler="/entries",method="GET"}')
    for number in range(30):
        assert running.fresh("/entries?limit=1").status_code == 200, number
    services.wait_for("the last one is counted", lambda: requests() == 30)
    assert [(requests(), observations()) for _ in range(10)] == [(30, 30)] * 10


def test_labels_are_templates_and_bounded(running: Service) -> None:
    entry = Growth(running, 'http_requests_total{handler="/entries/{entry_id}",method="GET",status="4xx"}')
    unknown = Growth(running, 'http_requests_total{handler="none",method="GET",status="4xx"}')
    strange = Growth(running, 'http_requests_total{handler="none",method="OTHER",status="4xx"}')
    for path in ("/entries/11111111", "/entries/22222222", "/no/such/thing", "/wp-login.php"):
        running.fresh(path)
    running.http.request("PROPFIND", "/no/such/thing")
    services.wait_for("all are counted", lambda: (entry(), unknown(), strange()) == (2, 2, 1))
    text = running.fresh("/metrics").text
    assert "wp-login" not in text
    assert 'handler="/metrics"' not in text


def test_histogram_sees_beyond_one_second(running: Service) -> None:
    running.fresh("/entries")
    text = running.fresh("/metrics").text
    for bound in ("1.0", "1.5", "2.0", "5.0"):
        assert f'http_request_duration_seconds_bucket{{handler="/entries",le="{bound}",method="GET"}}' in text


def test_business_counters(running: Service) -> None:
    characters = Growth(running, "echodiary_characters_written_total")
    created = Growth(running, 'echodiary_entries_created_total{mood="good"}')
    updated = Growth(running, "echodiary_entries_updated_total")
    deleted = Growth(running, "echodiary_entries_deleted_total")
    path = running.http.post("/entries", json={"title": "abc", "body": "defg", "mood": "good"}).headers["Location"]
    running.http.patch(path, json={"body": "12345"})
    running.http.delete(path)
    assert (characters(), created(), updated(), deleted()) == (12, 1, 1, 1)


def test_pool_and_schema(running: Service) -> None:
    running.fresh("/entries")
    running.fresh("/ready")
    assert running.metric("echodiary_db_pool_size") == 2 * 5
    assert running.metric("echodiary_db_pool_limit") == 2 * 10
    assert 1 <= running.metric("echodiary_db_pool_open") <= 2 * 5
    services.wait_for("all are back", lambda: running.metric("echodiary_db_pool_checked_out") == 0)
    assert running.metric("echodiary_db_pool_overflow") == 0
    assert running.metric("echodiary_schema_revision_match") == 1
    assert running.metric(f'echodiary_build_info{{revision="{revision.head()}",version="0.0.0-dev"}}') == 1


def test_dead_worker_leaves_its_counts_and_nothing_else(database: URL, tmp_path: Path) -> None:
    files = tmp_path / "metrics"
    files.mkdir()
    (files / "counter_1.db").write_bytes(b"left by an earlier run")
    settings = {"WEB_CONCURRENCY": "2", "PROMETHEUS_MULTIPROC_DIR": str(files)}
    with services.service(database, tmp_path, **settings) as service:
        for _ in range(20):
            service.fresh("/entries")
        services.wait_for("all are counted", lambda: service.metric(LISTED) == 20)
        before = service.workers()
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        services.wait_for("a new worker", lambda: len(set(service.workers()) - {before[0]}) == 2)
        services.wait_for("the new worker serves", lambda: service.metric("echodiary_db_pool_size") == 10)
        assert service.metric(LISTED) == 20
        assert not list(files.glob(f"*_{before[0]}.db"))
