# SPDX-License-Identifier: GPL-3.0-or-later
"""Every view for everybody: axe-core finds nothing serious, by day and by night, at a desk and on a phone, and nothing sticks out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import pages
from tests.integration.front.people import People, Someone

AXE = pages.FRONTEND / "node_modules/axe-core/axe.min.js"
#: SCREENSHOTS=directory keeps what the views looked like
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
OUTSIDE = {"sign-in": "#/sign-in", "sign-up": "#/sign-up", "forgotten": "#/forgotten", "verify": "#/verify/old", "reset": "#/reset/old"}
INSIDE = {
    "list": "#/",
    "nothing": "#/?q=zzz",
    "new": "#/new",
    "statistics": "#/statistics",
    "account": "#/account",
    "absent": "#/entries/999999999",
}
SERIOUS = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  return serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""


def furnished(people: People, language: str) -> Someone:
    mina = people.someone(language)
    mina.write("A title that goes on and on, since some days cannot be put into fewer words than that", "두 마리 왜가리. " * 40, "great")
    mina.write("Nothing much")
    mina.write("Averyveryveryveryveryveryveryveryveryveryveryveryverylongword", "x" * 400, "awful")
    assert mina.http.post("/tokens", json={"name": "a shortcut on my phone"}).status_code == 201
    return mina


def show(people: People, page: Page, path: str) -> None:
    page.goto(f"{people.edge.base}/{path}")
    expect(page.locator("h1")).to_be_attached()
    expect(page.locator(".waiting, [aria-busy=true]")).to_have_count(0)


def judge(page: Page, name: str, scheme: str) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    width = page.viewport_size["width"] if page.viewport_size else 0
    if SCREENSHOTS:
        language = page.evaluate("document.documentElement.lang")
        picture = Path(SCREENSHOTS) / f"{name}-{width}-{scheme}-{language}.png"
        page.screenshot(path=picture, full_page=name in ("statistics", "account"))
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{name}, {scheme}, {width}: {found}" for found in [*page.evaluate(SERIOUS), *([f"{wide} wide"] if wide > width else [])]]


def judged(people: People, page: Page, views: dict[str, str]) -> list[str]:
    found: list[str] = []
    for name, path in views.items():
        show(people, page, path)
        for scheme in ("light", "dark"):
            found += judge(page, name, scheme)
    return found


def test_the_views_of_every_day(people: People) -> None:
    mina = furnished(people, "ko")
    page = people.page(who=mina, width=390)
    assert judged(people, page, {name: INSIDE[name] for name in ("list", "new", "statistics")}) == []


@pytest.mark.full
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_view(people: People, width: int, language: str) -> None:
    mina = furnished(people, language)
    number = mina.entries()[-1]["id"]
    locale = {"ko": "ko-KR", "en": "en-GB"}[language]
    inside = {**INSIDE, "entry": f"#/entries/{number}", "edit": f"#/entries/{number}/edit"}
    assert judged(people, people.page(width=width, locale=locale), OUTSIDE) == []
    assert judged(people, people.page(who=mina, width=width, locale=locale), inside) == []
    assert judged(people, people.page(who=people.someone(language), width=width, locale=locale), {"empty": "#/"}) == []


@pytest.mark.full
def test_messages_and_banner_can_be_read_too(people: People) -> None:
    mina = furnished(people, "en")
    page = people.page(f"#/entries/{mina.entries()[-1]['id']}", mina, width=390)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("No connection")).to_be_visible()
    assert judge(page, "messages", "light") + judge(page, "messages", "dark") == []
    page.context.set_offline(False)


@pytest.mark.full
def test_the_browsers_language_and_then_the_accounts(people: People) -> None:
    page = people.page(locale="ko-KR")
    expect(page.get_by_role("heading", name="로그인")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"

    mina = people.someone("en")
    page = people.page("#/account", mina, locale="ko-KR")
    expect(page.get_by_role("heading", name="Language")).to_be_visible()
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("heading", name="언어")).to_be_visible()
    people.wait(lambda: mina.http.get("/session").json()["language"] == "ko")
