"""A body that is too large is refused before it fills the memory, whether or not it says its size."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from services import Service

LIMIT = 2 * 1024 * 1024
JSON = {"Content-Type": "application/json"}


def _endless(size: int) -> Iterator[bytes]:
    yield b'{"title": "'
    for _ in range(size // 65536):
        yield b"x" * 65536
    yield b'"}'


def upload(service: Service, size: int, chunked: bool) -> int:
    """The status; 413 too when the service hung up while we still sent."""
    headers = JSON if chunked else {**JSON, "Content-Length": str(size + 13)}
    content = _endless(size)
    try:
        return httpx.post(service.base + "/entries", content=content, headers=headers, timeout=30).status_code
    except (httpx.WriteError, httpx.ReadError):
        return 413


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "with a length"])
def test_too_large_is_refused(running: Service, chunked: bool) -> None:
    assert upload(running, 8 * LIMIT // 65536 * 65536, chunked) == 413
    assert running.fresh("/health").status_code == 200


def test_the_largest_entry_fits_however_it_is_written(running: Service) -> None:
    """100,000 characters beyond the basic plane, escaped as json.dumps does: 1.2 MB."""
    body = json.dumps({"title": "large", "body": "\N{GRINNING FACE}" * 100_000})
    assert 1_000_000 < len(body) < LIMIT
    assert httpx.post(running.base + "/entries", content=body, headers=JSON, timeout=15).status_code == 201


def test_large_uploads_take_nothing_from_others(running: Service, tmp_path: Path) -> None:
    workers, over, failed = running.workers(), threading.Event(), []

    def others() -> None:
        with httpx.Client(base_url=running.base, timeout=15) as client:
            while not over.is_set():
                answer = client.get("/entries?limit=1")
                if answer.status_code != 200:
                    failed.append(answer.status_code)

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(others) for _ in range(4)]
        uploads = [threads.submit(upload, running, 200 * 1024 * 1024, number % 2 == 0) for number in range(4)]
        assert [one.result() for one in uploads] == [413] * 4
        over.set()
        for one in asking:
            one.result()
    assert failed == []
    assert running.workers() == workers
