"""SIGTERM: requests in flight are finished, new ones refused, exit status 0."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import services
from sqlalchemy.engine import URL


@pytest.mark.parametrize("workers", ["1", "3"])
def test_requests_in_flight_are_finished(database: URL, tmp_path: Path, workers: str) -> None:
    with services.service(database, tmp_path, WEB_CONCURRENCY=workers) as service, ThreadPoolExecutor(8) as threads:
        with services.blocked_writes(database):
            answers = [threads.submit(service.fresh_post, "/entries", {"title": f"{n}"}) for n in range(8)]
            services.wait_for("8 writes wait", lambda: services.waiting_for_lock(database) == 8)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(1.5)
            assert service.process.poll() is None
        assert [answer.result().status_code for answer in answers] == [201] * 8
        assert service.process.wait(10) == 0
    assert services.count(database, "entries") == 8


def test_a_request_that_never_ends_does_not_hold_the_exit(database: URL, tmp_path: Path) -> None:
    settings = {"WEB_CONCURRENCY": "2", "SHUTDOWN_TIMEOUT": "1"}
    with (
        services.service(database, tmp_path, **settings) as service,
        ThreadPoolExecutor(1) as threads,
        services.blocked_writes(database),
    ):
        threads.submit(service.fresh_post, "/entries", {"title": "stuck"})
        services.wait_for("the write waits", lambda: services.waiting_for_lock(database) == 1)
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(15)


def test_bad_settings_are_named_and_nothing_starts(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "echodiary"],
        cwd=services.APP,
        env={"DATABASE_URL": "mysql://u:hunter2@h/d", "DB_POOL_SIZE": "many", "PYTHONPATH": str(services.APP)},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert run.returncode == 2
    assert "environment variable DATABASE_URL: " in run.stderr
    assert "environment variable DB_POOL_SIZE: " in run.stderr
    assert "hunter2" not in run.stderr + run.stdout
