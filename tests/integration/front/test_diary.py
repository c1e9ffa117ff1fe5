# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do with their diary, from signing up to tomorrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.integration.front.people import PASSWORD, People


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_from_signing_up_to_tomorrow(people: People) -> None:
    email = people.address()
    page = people.page()
    page.get_by_role("link", name="Create account").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("status").filter(has_text=email)).to_be_visible()

    # the link does not stay in the address, and serves once
    link = people.link(email, "verify")
    page.goto(link)
    expect(page.get_by_text("Your address is confirmed")).to_be_visible()
    assert page.url == f"{people.edge.base}/#/verify"
    again = people.page(link.partition("/#")[2].join(["#", ""]))
    expect(again.get_by_role("alert")).to_contain_text("used already")

    page.get_by_role("link", name="Sign in").click()
    sign_in(page, email)
    page.get_by_role("link", name="Write the first entry").click()
    page.get_by_label("Title").fill("The first day")
    page.get_by_label("What happened?").fill("It rained, and I did not mind.")
    page.get_by_role("radio", name="Good").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="The first day")).to_be_visible()
    entry = page.url.rpartition("#")[2]

    tomorrow = people.page()
    sign_in(tomorrow, email)
    tomorrow.get_by_role("link", name="The first day").click()
    expect(tomorrow.get_by_text("It rained, and I did not mind.")).to_be_visible()
    expect(tomorrow.get_by_text("Good", exact=True)).to_be_visible()

    other = people.page(who=people.someone())
    expect(other.get_by_role("heading", name="Your diary is empty")).to_be_visible()
    other.goto(f"{people.edge.base}/#{entry}")
    expect(other.get_by_role("heading", name="There is no such entry")).to_be_visible()


def test_changed_deleted_taken_back_and_deleted_when_the_page_goes(people: People) -> None:
    mina = people.someone()
    number = mina.write("Monday", "old words")
    page = people.page(f"#/entries/{number}", mina)
    page.get_by_role("link", name="Change").click()
    page.get_by_label("What happened?").fill("new words")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("new words")).to_be_visible()
    assert mina.entries()[0]["body"] == "new words"

    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Your diary is empty")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Monday").click()
    assert people.edge.count(f"DELETE /entries/{number}") == 0

    page.get_by_role("button", name="Delete").click()
    page.goto("about:blank")
    people.wait(lambda: mina.entries() == [])


def test_text_is_never_markup(people: People) -> None:
    mina = people.someone()
    text = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    number = mina.write(text[:200], text)
    page = people.page(f"#/entries/{number}", mina)
    expect(page.get_by_role("heading", name=text)).to_be_visible()
    expect(page.locator(".text")).to_have_text(text)
    assert page.locator("main img, main script").count() == 0


@pytest.mark.full
def test_search_months_and_the_end(people: People) -> None:
    mina = people.someone()
    for number in range(45):
        mina.write(f"Day {number}", "a heron" if number == 7 else "")
    page = people.page(who=mina)
    expect(page.locator(".row")).to_have_count(20)
    page.mouse.wheel(0, 100_000)
    expect(page.locator(".row").nth(25)).to_be_attached()
    page.locator(".row").last.scroll_into_view_if_needed()
    expect(page.get_by_text("the beginning of your diary")).to_be_visible()
    assert page.locator(".row").count() == 45
    page.get_by_role("searchbox").fill("HERON")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_role("link", name="Day 7").click()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("HERON")
    page.get_by_role("searchbox").fill("nowhere")
    page.get_by_role("button", name="Show all entries").click()
    expect(page.locator(".row").first).to_be_visible()
    months = page.get_by_role("combobox", name="Month")
    assert "(45)" in months.locator("option").nth(1).inner_text()
    months.select_option(index=1)
    expect(page.locator(".row")).to_have_count(20)


@pytest.mark.full
def test_with_the_keyboard_alone(people: People) -> None:
    mina = people.someone()
    page = people.page("#/new", mina)
    page.get_by_label("Title").focus()
    page.keyboard.type("By keys")
    page.keyboard.press("Tab")
    page.keyboard.type("word by word")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="No mood")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="By keys")).to_be_visible()
    assert [(entry["body"], entry["mood"]) for entry in mina.entries()] == [("word by word", "good")]


@pytest.mark.full
def test_an_entry_without_a_title_is_called_by_its_day(people: People) -> None:
    mina = people.someone("ko")
    page = people.page("#/new", mina)
    page.get_by_label("무슨 일이 있었나요?").fill("비가 왔다.")
    page.get_by_role("button", name="저장").click()
    expect(page.locator(".text")).to_have_text("비가 왔다.")
    assert "요일" in mina.entries()[0]["title"]


@pytest.mark.full
def test_statistics_are_drawn_and_told(people: People) -> None:
    mina = people.someone()
    for mood in ("good", "good", "awful"):
        mina.write("a day", mood=mood)
    page = people.page("#/statistics", mina)
    moods = page.get_by_role("img", name="Mood of the last 90 days")
    expect(moods).to_be_visible()
    assert moods.locator(".point").count() == 1
    expect(page.get_by_role("img", name="Entries per month. 3 entries in 1 month.")).to_be_visible()
    assert page.locator(".bar").last.get_attribute("height") != "0"
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("table").first).to_contain_text("So-so")


@pytest.mark.full
def test_a_question_becomes_the_beginning_of_an_answer(people: People) -> None:
    mina = people.someone()
    number = mina.write("A long day", "from six to ten")
    page = people.page(f"#/entries/{number}", mina)
    people.model.way = "away"
    ask = page.get_by_role("button", name="A question about this day")
    ask.click()
    expect(page.get_by_role("alert")).to_contain_text("No question can be thought of right now")
    people.model.way = "well"
    people.wait(lambda: mina.http.post(f"/entries/{number}/question").status_code == 200)
    ask.click()
    question = page.locator("blockquote").inner_text()
    page.get_by_role("button", name="Write an answer").click()
    expect(page.get_by_label("What happened?")).to_have_value(f"from six to ten\n\n{question}\n")
