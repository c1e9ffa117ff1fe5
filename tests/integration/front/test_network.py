# SPDX-License-Identifier: GPL-3.0-or-later
"""A network that goes and comes, a session that ends: nothing is lost, and nothing is written twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.integration.front.people import PASSWORD, People, Someone


def write(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("What happened?").fill("every word of it")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def titles(who: Someone) -> list[str]:
    return [entry["title"] for entry in who.entries()]


def test_written_offline_and_saved_once_when_the_network_is_back(people: People) -> None:
    mina = people.someone()
    page = people.page("#/new", mina)
    page.context.set_offline(True)
    expect(page.get_by_text("No connection")).to_be_visible()
    write(page, "In a tunnel")
    save(page)
    expect(page.get_by_text("Waiting for the connection")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="In a tunnel")).to_be_visible()
    expect(page.get_by_text("No connection")).to_be_hidden()
    assert titles(mina) == ["In a tunnel"]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))") == []


def test_an_answer_that_is_lost_writes_nothing_twice(people: People) -> None:
    mina = people.someone()
    page = people.page("#/new", mina)
    people.edge.unheard.append("POST /entries")
    write(page, "Once")
    save(page)
    expect(page.get_by_role("heading", name="Once")).to_be_visible()
    assert titles(mina) == ["Once"]


@pytest.mark.full
def test_nor_when_the_page_is_loaded_again_in_between(people: People) -> None:
    mina = people.someone()
    page = people.page("#/new", mina)
    people.edge.unheard.append("POST /entries")
    write(page, "Once")
    save(page)
    people.wait(lambda: "Once" in titles(mina))
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("Once")
    save(page)
    expect(page.get_by_role("heading", name="Once")).to_be_visible()
    assert titles(mina) == ["Once"]


@pytest.mark.full
def test_a_request_that_never_arrived_is_sent_again(people: People) -> None:
    """After the time in which a server may still be at it."""
    mina = people.someone()
    page = people.page("#/new", mina)
    people.edge.lost.append("POST /entries")
    write(page, "Twice sent")
    save(page)
    expect(page.get_by_role("heading", name="Twice sent")).to_be_visible(timeout=40_000)
    assert titles(mina) == ["Twice sent"]
    assert people.edge.count("POST /entries") == 2


@pytest.mark.full
def test_a_change_is_sent_until_it_is_there(people: People) -> None:
    mina = people.someone()
    number = mina.write("Before")
    page = people.page(f"#/entries/{number}/edit", mina)
    people.edge.unheard.append(f"PATCH /entries/{number}")
    page.get_by_label("Title").fill("After")
    save(page)
    expect(page.get_by_role("heading", name="After")).to_be_visible()
    assert titles(mina) == ["After"]


def test_an_ended_session_keeps_what_was_written(people: People) -> None:
    mina = people.someone()
    page = people.page("#/new", mina)
    write(page, "Not lost")
    assert mina.http.delete("/sessions").status_code == 204
    save(page)
    expect(page.get_by_text("You were signed out")).to_be_visible()
    page.get_by_label("Email").fill(mina.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Title")).to_have_value("Not lost")
    save(page)
    expect(page.get_by_role("heading", name="Not lost")).to_be_visible()
    assert people.sign_in(mina.http, mina.email).status_code == 200
    assert titles(mina) == ["Not lost"]


def test_a_draft_is_found_again_by_its_writer_alone_and_goes_with_them(people: People) -> None:
    mina, jisu = people.someone(), people.someone()
    page = people.page("#/new", mina)
    write(page, "A secret")
    page.goto(f"{people.edge.base}/#/")
    expect(page.get_by_text("a draft that is not saved")).to_be_visible()
    page.goto(f"{people.edge.base}/#/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out and remove it").click()
    page.get_by_label("Email").fill(jisu.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your diary is empty")).to_be_visible()
    page.goto(f"{people.edge.base}/#/new")
    expect(page.get_by_label("Title")).to_have_value("")
    assert "A secret" not in page.evaluate("JSON.stringify(localStorage)")


@pytest.mark.full
def test_words_for_an_entry_that_was_deleted_elsewhere_are_kept(people: People) -> None:
    mina = people.someone()
    number = mina.write("Gone soon")
    page = people.page(f"#/entries/{number}/edit", mina)
    write(page, "Still here")
    assert mina.http.delete(f"/entries/{number}").status_code == 204
    save(page)
    page.get_by_role("button", name="Save as a new entry").click()
    expect(page.get_by_label("Title")).to_have_value("Still here")
    save(page)
    expect(page.get_by_role("heading", name="Still here")).to_be_visible()
    assert titles(mina) == ["Still here"]
