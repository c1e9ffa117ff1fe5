# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real headless Chromium: grid, filter, differences, light and dark, a phone, a hundred hosts; nothing from elsewhere."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import model, page, since
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._drift import builders as build
from playwright.sync_api import Browser, Page

#: SCREENSHOTS=directory keeps what the page looked like
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


class Opened:
    """A report's page, and what the browser asked for and complained of."""

    def __init__(self, browser: Browser, place: Path, report: model.Report, width: int = 1280, scheme: str = "light") -> None:
        path = place / "index.html"
        path.write_text(page.html(report), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready]", timeout=10_000)
        # since the navigation began, by the browser's own clock
        self.seconds = float(self.page.locator("html").get_attribute("data-ready") or "inf") / 1000
        self.url = path.as_uri()

    def keep(self, name: str) -> None:
        if SCREENSHOTS:
            self.page.screenshot(path=str(Path(SCREENSHOTS) / f"{name}.png"), full_page=False)


def fresh(report: model.Report) -> model.Report:
    now = timestamps.now()
    report = since.aged(dataclasses.replace(report, time=now), since.empty())
    return dataclasses.replace(report, last_verdict=now)


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Opened:
    return Opened(browser, tmp_path, fresh(build.drifted()))


def test_nothing_is_asked_for_elsewhere_and_nothing_complains(opened: Opened) -> None:
    opened.page.click("details summary >> nth=0")
    assert [url for url in opened.requests if not url.startswith("data:")] == [opened.url]
    assert opened.complaints == []


def test_the_grid_has_a_row_for_each_host_and_says_what_is_the_matter(opened: Opened) -> None:
    assert opened.page.locator("#verdict").inner_text() == "OutOfSync Degraded"
    assert opened.page.locator("#grid thead th").all_inner_texts() == ["host", "haproxy", "echodiary"]
    rows = [row.locator("th, td").all_inner_texts() for row in opened.page.locator("#grid tbody tr").all()]
    assert rows == [["app1", "! OutOfSync", "✗ Degraded"], ["app2", "✓", "! OutOfSync"]]
    assert opened.page.locator("#count").inner_text() == "3 differences"
    opened.keep("grid")


def test_filters_by_words_state_and_who_moved(opened: Opened) -> None:
    page = opened.page
    page.fill("#search", "app2 demo")
    assert page.locator("#grid tbody tr").count() == 1
    assert page.locator("#count").inner_text() == "1 difference"
    page.fill("#search", "")
    page.select_option("#state", "Degraded")
    assert page.locator("#grid tbody th").all_inner_texts() == ["app1"]
    page.select_option("#state", "")
    page.select_option("#origin", "conflict")
    assert page.locator("#differences details").count() == 1
    assert page.locator("#grid tbody th").all_inner_texts() == ["app2"]
    page.fill("#search", "nothing of the kind")
    assert page.locator("#grid tbody tr").count() == 0


def test_a_cell_leads_to_its_differences_and_a_difference_opens(opened: Opened) -> None:
    page = opened.page
    page.click("#grid tbody tr >> nth=0 >> button >> nth=0")
    assert page.input_value("#search") == "app1 haproxy"
    page.click("#differences summary >> nth=0")
    page.wait_for_selector("#differences pre")
    assert "-</script><b>hand</b>" in page.locator("#differences pre").inner_text()
    assert page.locator("#differences pre b").count() == 0
    assert "0666 → 0644" in page.locator("#differences dl").first.inner_text()
    opened.keep("difference")


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_dark_as_the_system_says_and_as_people_choose(browser: Browser, tmp_path: Path) -> None:
    light, dark = "rgb(250, 250, 250)", "rgb(19, 20, 22)"
    one = Opened(browser, tmp_path, fresh(build.drifted()), scheme="dark")
    assert background(one.page) == dark
    one.keep("dark")
    one.page.click("#theme")
    assert background(one.page) == light
    one.page.click("#theme")
    assert background(one.page) == dark


def test_on_a_phone_nothing_sticks_out(browser: Browser, tmp_path: Path) -> None:
    one = Opened(browser, tmp_path, fresh(build.large(4, 12)), width=360)
    one.page.click("#differences summary >> nth=0")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert one.page.evaluate("document.querySelector('.scroll').scrollWidth") > 360
    one.keep("phone")


def test_an_old_verdict_is_unknown_by_now(browser: Browser, tmp_path: Path) -> None:
    old = since.aged(build.quiet(), since.empty())
    one = Opened(browser, tmp_path, dataclasses.replace(old, last_verdict="2026-01-01T00:00:00Z"))
    assert one.page.locator("#stale").is_visible()
    assert "Unknown by now" in one.page.locator("#stale").inner_text()
    assert not Opened(browser, tmp_path, fresh(build.quiet())).page.locator("#stale").is_visible()


def test_how_old_backups_are_and_what_nobody_knows_is_not_called_fresh(browser: Browser, tmp_path: Path) -> None:
    """Reckoned when it is read: what was fresh when it was checked is too old on a page that lay about."""
    now = timestamps.now()
    known = {"database": timestamps.later(now, -7 * 3600), "queue": timestamps.later(now, -30 * 3600), "<b>files</b>": ""}
    told = [{"what": f"backup of {what}", "at": at, "hours": 26} for what, at in known.items()]
    report = fresh(build.report({"app1": build.result(build.entry("backup", ages=told))}))
    one = Opened(browser, tmp_path, report)
    shown = [(line.inner_text(), line.get_attribute("class")) for line in one.page.locator("#ages li").all()]
    assert shown == [
        ("app1 backup of database: 7 h old", "good"),
        ("app1 backup of queue: 30 h old, 26 h at most", "bad"),
        ("app1 backup of <b>files</b>: age unknown", "unknown"),
    ]
    assert one.page.locator("#verdict").inner_text() == "Synced Healthy"
    one.keep("ages")
    assert Opened(browser, tmp_path, fresh(build.quiet())).page.locator("#ages li").count() == 0


def test_verdicts_are_drawn_newest_on_the_right(browser: Browser, tmp_path: Path) -> None:
    entries = tuple({"time": f"2026-11-21T12:0{n}:00Z", "sync": "OutOfSync", "health": "Healthy", "out_of_sync": n} for n in range(5))
    one = Opened(browser, tmp_path, dataclasses.replace(fresh(build.quiet()), history=entries))
    heights = [float(bar.get_attribute("height") or 0) for bar in one.page.locator("svg.spark rect").all()]
    assert len(heights) == 5
    assert heights == sorted(heights)


def test_a_hundred_hosts_of_twelve_components_are_there_within_a_second(browser: Browser, tmp_path: Path) -> None:
    Opened(browser, tmp_path, fresh(build.quiet()))  # the browser itself is warm then
    # the page's own time, and not the machine's: the best of three
    one = min((Opened(browser, tmp_path, fresh(build.large(100, 12))) for _ in range(3)), key=lambda opened: opened.seconds)
    assert one.page.locator("#grid tbody tr").count() == 100
    assert one.page.locator("#grid tbody td").count() == 1200
    began = time.monotonic()
    one.page.fill("#search", "host77 component3")
    assert one.page.locator("#grid tbody tr").count() == 1
    filtered = time.monotonic() - began
    one.keep("hundred")
    assert one.seconds < 1, f"{one.seconds:.2f} s"
    assert filtered < 1, f"{filtered:.2f} s"
    print(f"interactive after {one.seconds:.2f} s, filtered in {filtered:.2f} s")  # noqa: T201
