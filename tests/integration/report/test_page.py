# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real headless Chromium: a phone and a desk, light and dark, nothing from elsewhere, nothing that sticks out."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import model, page
from playwright.sync_api import Browser, Page

#: SCREENSHOTS=directory keeps what the page looked like
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
PHONE, DESK = 390, 1280
#: contrast of text with its ground that people with weak sight need (WCAG 2.2, 1.4.3)
CONTRAST = 4.5


class Opened:
    """A report's page, and what the browser asked for and complained of."""

    def __init__(self, browser: Browser, place: Path, report: model.Report, width: int, scheme: str) -> None:
        path = place / "index.html"
        path.write_text(page.html(report), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        self.url = path.as_uri()

    def keep(self, name: str) -> None:
        if SCREENSHOTS:
            self.page.screenshot(path=str(Path(SCREENSHOTS) / f"{name}.png"), full_page=True)


#: week, width, scheme; the rest of them takes long and says the same
QUICK = [("bad", PHONE, "dark"), ("bad", DESK, "light")]
REST = [one for one in product(("bad", "quiet"), (PHONE, DESK), ("light", "dark")) if one not in QUICK]


@pytest.mark.parametrize(("week", "width", "scheme"), [*QUICK, *(pytest.param(*one, marks=pytest.mark.full) for one in REST)])
def test_it_stands_by_itself_and_nothing_sticks_out(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest, week: str, width: int, scheme: str
) -> None:
    one = Opened(browser, tmp_path, request.getfixturevalue(week), width, scheme)
    one.keep(f"{week}-{width}-{scheme}")
    assert ([url for url in one.requests if not url.startswith("data:")], one.complaints) == ([one.url], [])
    one.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    assert one.page.evaluate(_CUT_OFF) == []
    assert [pair for pair in one.page.evaluate(_COLOURS) if contrast(*pair[1:]) < CONTRAST] == []
    assert [size for size in one.page.evaluate(_CHART_TEXTS) if not 10.5 <= size <= 16] == []
    assert one.page.evaluate(_TORN) == []


#: elements beyond the right edge that cannot be scrolled to
_CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(
  one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll')).map(one => one.outerHTML.slice(0, 80))"""
#: every text with its colour and the first ground below it that is one
_COLOURS = """() => {
  const ground = one => {
    const colour = getComputedStyle(one).backgroundColor;
    return colour !== 'rgba(0, 0, 0, 0)' || !one.parentElement ? colour : ground(one.parentElement);
  };
  const written = one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const texts = [...document.querySelectorAll('body *')].filter(one => written(one) && !one.closest('svg') && one.checkVisibility());
  return texts.map(one => [one.textContent.slice(0, 40), getComputedStyle(one).color, ground(one)]);
}"""


#: of texts in charts, which grow and shrink with the page: their size on the screen
_CHART_TEXTS = """() => [...document.querySelectorAll('figure svg text')].map(
  one => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)"""
#: options of commands that a line's end tears from their dash
_TORN = """() => {
  const lines = (node, begin, end) => {
    const range = document.createRange();
    range.setStart(node, begin);
    range.setEnd(node, end);
    return new Set([...range.getClientRects()].map(one => Math.round(one.top))).size;
  };
  const walk = one => [...one.childNodes].flatMap(node => node.nodeType === 3 ? [node] : walk(node));
  return [...document.querySelectorAll('pre')].flatMap(walk).flatMap(node => [...node.textContent.matchAll(/-+\\w+/g)]
    .filter(found => lines(node, found.index, found.index + found[0].length) > 1).map(found => found[0]));
}"""


def contrast(one: str, other: str) -> float:
    """Of two colours as ``rgb(1, 2, 3)``, by WCAG's formula."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").rstrip(")").split(",")]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_to_do_comes_first_and_sections_are_reached_by_keys(browser: Browser, tmp_path: Path, bad: model.Report) -> None:
    one = Opened(browser, tmp_path, bad, DESK, "light")
    headings = one.page.locator("h2").all_inner_texts()
    assert headings[0] == "What to do"
    assert one.page.locator(".todo li").count() == len(bad.todos)
    assert one.page.locator(".todo pre").all_inner_texts() == [todo.command for todo in bad.todos if todo.command]
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("location.hash") == "#availability"
    assert one.page.locator("h2#availability").evaluate("one => one.getBoundingClientRect().top < innerHeight")


@pytest.mark.full
def test_charts_are_drawn_and_told(browser: Browser, tmp_path: Path, bad: model.Report) -> None:
    one = Opened(browser, tmp_path, bad, DESK, "light")
    charts = one.page.get_by_role("img").all()
    assert len(charts) == sum(len(section.charts) for section in bad.sections) == 2
    for chart in charts:
        box = chart.bounding_box()
        assert box and box["width"] > 300 and box["height"] > 100
        assert chart.locator("circle").count() == 14
        assert "last" in (chart.get_attribute("aria-label") or "")


@pytest.mark.full
def test_a_quiet_week_says_so_at_once(browser: Browser, tmp_path: Path, quiet: model.Report) -> None:
    one = Opened(browser, tmp_path, quiet, PHONE, "light")
    assert one.page.locator(".todo").inner_text().split("\n\n") == ["What to do", "Nothing to do."]
    assert one.page.locator(".todo").evaluate("one => one.getBoundingClientRect().bottom < innerHeight")
