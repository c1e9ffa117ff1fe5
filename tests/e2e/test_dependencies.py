# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet whose Redis or database is dead, silent or comes and goes: what users get meanwhile, and when all is well again."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.e2e import drill, fleet
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("converged")]

RATE = 40.0
WAYS = {"dead": ("stop", "start"), "silent": ("pause", "unpause")}


@pytest.fixture(scope="module")
def converged(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    fleet.converge(tmp_path_factory.mktemp("converge"))


def engine(word: str, member: str) -> None:
    subprocess.run(["docker", word, f"{fleet.NAME}-{member}"], check=True, capture_output=True, timeout=60)


@contextmanager
def away(member: str, how: str) -> Iterator[None]:
    gone, back = WAYS[how]
    engine(gone, member)
    try:
        yield
    finally:
        engine(back, member)


def status(host: str) -> str:
    """What a monitor is told: ok, degraded or down."""
    try:
        with urllib.request.urlopen(f"http://{fleet.address(host)}:8404/echodiary/status", timeout=10) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return str(json.load(error)["status"])


def becomes(word: str) -> None:
    """Every host's own word of itself, within a minute."""
    eventually(lambda: {status(host) for host in drill.APPS} == {word}, 60, word)


def up(host: str) -> set[str]:
    """Slots that HAProxy finds well."""
    with urllib.request.urlopen(f"http://{fleet.address(host)}:8404/stats;csv", timeout=10) as answer:
        rows = [line.split(",") for line in answer.read().decode().splitlines() if line.startswith("echodiary,")]
    return {row[1] for row in rows if row[1] in ("blue", "green") and row[17] == "UP"}


def ask(url: str) -> tuple[int, bool]:
    """The status, and whether it says when to come back; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=40) as answer:
            return answer.status, False
    except urllib.error.HTTPError as error:
        ours = "the database" in (text := error.read().decode()) or "the service is busy" in text
        return error.code, ours and "Retry-After" in error.headers
    except OSError:
        return 0, False


@pytest.mark.parametrize("how", ["silent", pytest.param("dead", marks=pytest.mark.full)])
def test_without_redis_nobody_notices_but_those_who_watch(how: str) -> None:
    with drill.traffic(RATE, paths="/statistics,/entries?limit=1") as found:
        with away("redis", how):
            becomes("degraded")
            answers = Counter(ask(f"http://{fleet.address(host)}/statistics")[0] for _ in range(50) for host in drill.APPS)
            assert [len(up(host)) for host in drill.APPS] == [1, 1]
        becomes("ok")
    assert answers == {200: 100}
    drill.nothing_lost(found)


@pytest.mark.full
def test_redis_that_comes_and_goes_is_noticed_by_nobody() -> None:
    with drill.traffic(RATE, paths="/statistics,/entries?limit=1") as found:
        for _ in range(5):
            with away("redis", "silent"):
                becomes("degraded")
            becomes("ok")
    drill.nothing_lost(found)


@pytest.mark.full
@pytest.mark.parametrize("how", WAYS)
def test_without_a_database_users_get_our_own_answer_and_no_host_leaves(how: str) -> None:
    urls = [f"http://{fleet.address(host)}/entries?limit=1" for host in drill.APPS]
    with ThreadPoolExecutor(8) as threads:
        with away("postgres", how):
            becomes("down")
            answers = list(threads.map(ask, urls * 40))
            assert [len(up(host)) for host in drill.APPS] == [1, 1]
            assert [ask(f"http://{fleet.address(host)}/health")[0] for host in drill.APPS] == [200, 200]
        eventually(lambda: {ask(url)[0] for url in urls} == {200}, 30, "back")
        assert set(answers) == {(503, True)}, "the application's own answer, from every host"
        becomes("ok")
        assert {code for code, _ in threads.map(ask, urls * 20)} == {200}
