# SPDX-License-Identifier: GPL-3.0-or-later
"""The load test of people, with real hey and a real ansible-playbook: what it says is what the site has seen, and nothing outlives it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration import local_play
from tests.integration.edge import edges, recorder
from tests.waiting import eventually

SITE = Path(__file__).with_name("site.py")


class Site:
    def __init__(self, place: Path, *words: str) -> None:
        self.place = place
        self.process = subprocess.Popen([sys.executable, "-I", str(SITE), str(place), *words])
        self.port = int(eventually(lambda: (place / "port").exists() and (place / "port").read_text(), what="the site listens"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> int:
        return int((self.place / "asked").read_text())


@pytest.fixture(scope="module")
def hey() -> str:
    if not shutil.which("hey"):
        subprocess.run(
            "apt-get update -qq && apt-get install -y -qq --no-install-recommends hey", shell=True, check=True, capture_output=True
        )
    found = shutil.which("hey")
    assert found
    return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    begun: list[Site] = []

    def begin(*words: str) -> Site:
        place = tmp_path / f"site-{len(begun)}"
        place.mkdir()
        begun.append(Site(place, *words))
        return begun[-1]

    yield begin
    for one in begun:
        one.process.kill()
        one.process.wait()


def tasks(url: str, hey: str, place: Path, seconds: int, rate: float) -> list[local_play.Task]:
    plan = {
        "environment": "local", "component": "shop", "edges": [{"name": "app1", "url": url, "host": ""}],
        "parts": ["rate"], "seconds": seconds, "users": 4, "rate": rate, "stop_errors": 0.2, "paths": ["/x"], "locustfile": "", "rows": "",
        "hey": hey, "locust": "", "objectives": {"availability_percent": 99.5, "latency_percent": 95.0, "latency_seconds": 1.0},
    }  # fmt: skip
    return [
        {"name": "Send", "echodiary.infra.load_run": {"plan": plan, "directory": str(place)}, "register": "sent"},
        {"name": "Tell", "echodiary.infra.load_report": {"plan": plan, "ran": "{{ sent }}", "directory": str(place)}},
    ]


def generators(site: Site) -> list[int]:
    """Processes of hey that ask this site."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"hey") and f"127.0.0.1:{site.port}".encode() in b" ".join(words):
                found.append(int(entry.name))
    return found


def test_what_it_tells_is_what_the_site_has_seen(tmp_path: Path, site: Callable[..., Site], hey: str) -> None:
    well = site()
    played = local_play.play(tmp_path, tasks(well.url, hey, tmp_path / "load", 2, 40))
    assert played.code == 0, played.output
    sent, told = played.task["Send"], played.task["Tell"]
    (total,) = told["result"]["totals"]
    # one more is the look before it
    assert total["requests"] == well.asked - 1
    assert 60 <= total["requests"] <= 84, "two seconds at forty"
    assert (total["errors"], total["limited"], told["missed"], sent["stopped"]) == ({}, 0, [], "")
    assert 0 < total["p50"] <= total["p95"] <= total["p99"] < 1
    assert Path(told["file"]).is_file()
    assert generators(well) == []


def test_a_site_that_fails_is_let_be(tmp_path: Path, site: Callable[..., Site], hey: str) -> None:
    """After forty good answers only bad ones: of a minute it is asked for one slice, five seconds."""
    failing = site("503", "40")
    played = local_play.play(tmp_path, tasks(failing.url, hey, tmp_path / "load", 60, 40))
    assert played.code == 2
    told = played.task["Tell"]
    assert "requests failed (load_stop_errors 0.2)" in told["result"]["stopped"] and told["missed"]
    assert told["result"]["totals"][0]["errors"]["HTTP 503"] == failing.asked - 40
    assert failing.asked < 6 * 40


def test_what_the_edge_turns_away_is_no_error_of_the_application(tmp_path: Path, hey: str) -> None:
    """A real HAProxy with the role's file lets one client ask thirty times."""
    with recorder.recording() as app:
        given = {"components": ["haproxy", "blog"], "blog_ports": {"a": app.port, "b": edges.free_port()}, "haproxy_bind": "*"}
        with edges.before(tmp_path, **given, haproxy_rate={"requests": 30, "per": "1h"}) as edge:
            url = f"http://{edges.own_address()}:{edge.port}"
            played = local_play.play(tmp_path, tasks(url, hey, tmp_path / "load", 2, 40))
    assert played.code == 0, played.output
    told = played.task["Tell"]
    (total,) = told["result"]["totals"]
    assert (total["errors"], told["missed"], told["result"]["stopped"]) == ({}, [], "")
    # one more is the look before it
    assert len(app.of("/x")) == 30 == total["requests"] - total["limited"] + 1
    assert total["limited"] > 25, total
    assert "haproxy_unlimited" in str(told), told


@pytest.mark.parametrize("killed", ["ansible-playbook", pytest.param("everybody but the generator", marks=pytest.mark.full)])
def test_a_run_that_is_killed_leaves_nothing_behind(tmp_path: Path, site: Callable[..., Site], hey: str, killed: str) -> None:
    """And while it is not, a second one is refused."""
    asked = site()
    process = local_play.start(tmp_path, tasks(asked.url, hey, tmp_path / "load", 60, 20))
    try:
        (generator,) = eventually(lambda: generators(asked), what="it sends")
        second = local_play.play(tmp_path, tasks(asked.url, hey, tmp_path / "load", 3, 20))
        assert second.code == 2 and "another load test runs from here" in second.task["Send"]["msg"]
        (generator,) = eventually(lambda: generators(asked), what="it still sends")
        others = family(process.pid) - {generator}
        for pid in [process.pid] if killed == "ansible-playbook" else sorted(others):
            end(pid)
        eventually(lambda: not generators(asked), 5, "hey is gone")
    finally:
        for pid in family(process.pid) | {process.pid}:
            end(pid)
        process.wait()
    before = asked.asked
    time.sleep(0.3)
    assert asked.asked == before, "and nobody asks any more"


def end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def family(pid: int) -> set[int]:
    """A process and all below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: set[int] = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found
