# SPDX-License-Identifier: GPL-3.0-or-later
"""Browsers open pages while releases change under them: no page is made of two, none misses a file, old ones find theirs."""

from __future__ import annotations

import http.client
import re
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.frontend import served
from tests.integration.frontend.served import built

SWITCHES = 100


class Browser:
    """One connection, as browsers keep it. ``seen``: titles of the pages that were whole; ``faults``: of all others, why."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.seen: Counter[str] = Counter()
        self.faults: list[str] = []

    def get(self, path: str) -> str:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status}")
        return body

    def open_page(self) -> None:
        page = self.get("/")
        found = re.search("<title>(.*?)</title>", page)
        assert found, page
        for asset in assets(page):
            assert found[1] in self.get(asset), f"{asset} is of another page than {found[1]}"
        self.seen[found[1]] += 1

    def goes_on(self, step: Callable[[], None], until: threading.Event) -> None:
        while not until.is_set():
            try:
                step()
            except (AssertionError, OSError, http.client.HTTPException) as error:
                self.faults.append(f"{type(error).__name__}: {error}")
                self._connection.close()


def assets(page: str) -> list[str]:
    return re.findall("/assets/[^ >]+", page)


@pytest.mark.full
def test_a_hundred_switches_are_felt_by_nobody(tmp_path: Path) -> None:
    builds = [built(tmp_path / name, name) for name in ("first", "second")]
    (tmp_path / "host").mkdir()
    with served.running(tmp_path / "host") as front:
        front.ask("current", builds[0])
        old = assets((builds[0] / "index.html").read_text())
        browsers, tab, over = [Browser(front.port) for _ in range(4)], Browser(front.port), threading.Event()

        def asks_for_its_own() -> None:
            for path in old:
                assert "first" in tab.get(path)
            tab.seen["first"] += 1

        steps = [*((one, one.open_page) for one in browsers), (tab, asks_for_its_own)]
        threads = [threading.Thread(target=one.goes_on, args=(step, over)) for one, step in steps]
        for thread in threads:
            thread.start()
        took = [front.ask("current", builds[number % 2])["seconds"] for number in range(1, SWITCHES + 1)]
        back = front.ask("back")["seconds"]
        over.set()
        for thread in threads:
            thread.join(30)
    pages = sum((one.seen for one in browsers), Counter[str]())
    assert [fault for one in (*browsers, tab) for fault in one.faults] == []
    assert min(pages["first"], pages["second"], tab.seen["first"]) > SWITCHES / 4
    assert max(back, *took) < 3, (back, took)
    (tmp_path / "figures").write_text(
        f"switches: slowest {max(took)} s; back {back} s; pages {dict(pages)}; an open one {tab.seen.total()}\n"
    )
