# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read at /status of an edge: while the application is gone, while monitoring is, and when something is announced."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

import pytest

from tests.e2e import fleet
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.full, pytest.mark.usefixtures("converged")]

#: s from a cause to the page of every edge: HAProxy's checks and a scrape, the page's minute, the edge's, and this machine
SOON = 180
HOSTILE = "<script>alert(1)</script> & more"


@pytest.fixture(scope="module")
def converged(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    fleet.converge(tmp_path_factory.mktemp("converge"))


def page(host: str, language: str = "/en") -> str:
    with urllib.request.urlopen(f"http://{fleet.address(host)}/status{language}", timeout=10) as answer:
        return str(answer.read().decode())


def say(text: str) -> None:
    """Every edge has it."""
    eventually(lambda: all(text in page(host) for host in ("app1", "app2")), SOON, text)


def announce(tmp: Path, **given: str) -> str:
    words = [word for name, value in given.items() for word in ("-e", f"announce_{name}='{value}'")]
    ran = fleet.play(*words, tmp=tmp, readable=True, playbook="playbooks/announce.yml")
    assert ran.code == 0, ran.output
    return ran.output


def test_it_is_there_in_the_language_that_was_asked_for() -> None:
    say("Everything works")
    asked = urllib.request.Request(f"http://{fleet.address('app1')}/status", headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert '<html lang="ko"' in answer.read().decode()


def test_what_is_announced_is_read_as_text_and_gone_when_it_is_withdrawn(tmp_path: Path) -> None:
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 90_000))
    announce(tmp_path, id="e2e", start=later, end=end, en=HOSTILE, ko="점검합니다")
    say("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more")
    assert "<script" not in page("app1") and "점검합니다" in page("app1", "/ko")
    announce(tmp_path, state="withdrawn", id="e2e")
    eventually(lambda: "alert(1)" not in page("app1"), SOON, "withdrawn")


def test_it_answers_without_the_application_and_says_so() -> None:
    for host in ("app1", "app2"):
        fleet.on(host, "docker ps -q --filter label=com.docker.compose.service=api | xargs -r docker stop -t 1")
    try:
        say("There is an outage")
        say("is not reachable")
    finally:
        for host in ("app1", "app2"):
            fleet.on(host, "docker ps -aq --filter label=com.docker.compose.service=api | xargs -r docker start")
    say("Everything works")
    say("was not reachable")


def test_it_answers_without_monitoring_and_says_how_old_it_is() -> None:
    fleet.on("mon1", "systemctl stop echodiary-status-page")
    try:
        made = "/var/lib/haproxy/status/en.html"
        fleet.on("app1", f"sed -i 's/<!-- made [0-9]* -->/<!-- made 1000000000 -->/' {made}")
        eventually(lambda: 'class="stale"' in page("app1"), 10, "old")
        assert 'class="fresh"' in page("app2")
    finally:
        fleet.on("mon1", "systemctl start echodiary-status-page")
    eventually(lambda: 'class="fresh"' in page("app1"), SOON, "renewed")
