# SPDX-License-Identifier: GPL-3.0-or-later
"""In and out, and what belongs to an account: every refusal has a clear sentence."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.integration.front.people import PASSWORD, People


def try_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_what_keeps_somebody_out_is_said(people: People) -> None:
    mina, stranger = people.someone(), people.address()
    page = people.page()
    problem = page.get_by_role("alert")
    try_in(page, "nobody", PASSWORD)
    expect(problem).to_have_text("This is no email address.")
    try_in(page, mina.email, "not this one")
    expect(problem).to_have_text("Email or password is wrong.")
    try_in(page, stranger, PASSWORD)
    expect(problem).to_have_text("Email or password is wrong.")
    for _ in range(8):
        people.sign_in(mina.http, mina.email, "not this one")
    try_in(page, mina.email, PASSWORD)
    expect(problem).to_contain_text("Too many attempts. Try again in")


@pytest.mark.full
def test_an_address_that_is_not_confirmed_gets_a_new_link(people: People) -> None:
    email = people.address()
    assert httpx.post(f"{people.service.base}/accounts", json={"email": email, "password": PASSWORD, "language": "en"}).status_code == 202
    people.link(email, "verify")
    page = people.page()
    try_in(page, email, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("not confirmed yet")
    page.goto(people.link(email, "verify", 2))
    expect(page.get_by_text("Your address is confirmed")).to_be_visible()


@pytest.mark.full
def test_a_forgotten_password(people: People) -> None:
    mina = people.someone()
    page = people.page()
    page.get_by_role("link", name="Forgotten").click()
    page.get_by_label("Email").fill(mina.email)
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    page.goto(people.link(mina.email, "reset", 2))
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_role("alert")).to_have_text("The password needs at least 10 characters.")
    page.get_by_label("New password").fill("another long password")
    page.get_by_role("button", name="Save password").click()
    page.get_by_role("button", name="Sign in").click()
    try_in(page, mina.email, "another long password")
    expect(page.get_by_role("heading", name="Your diary is empty")).to_be_visible()


@pytest.mark.full
def test_password_export_and_the_end(people: People, tmp_path: Path) -> None:
    mina = people.someone()
    mina.write("To keep", "all of it")
    page = people.page("#/account", mina)
    change = page.locator("section", has=page.get_by_role("heading", name="Change password"))
    change.get_by_label("Current password").fill("wrong")
    change.get_by_label("New password").fill("another long password")
    change.get_by_role("button", name="Change password").click()
    expect(change.get_by_role("alert")).to_have_text("The password is wrong.")
    change.get_by_label("Current password").fill(PASSWORD)
    change.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download everything").click()
    download.value.save_as(tmp_path / "all.json")
    assert [entry["title"] for entry in json.loads((tmp_path / "all.json").read_text())["entries"]] == ["To keep"]

    end = page.locator("section", has=page.get_by_role("heading", name="Delete account"))
    end.get_by_label("Current password").fill("wrong")
    end.get_by_role("button", name="Delete account").click()
    expect(end.get_by_role("alert")).to_have_text("The password is wrong.")
    end.get_by_label("Current password").fill("another long password")
    end.get_by_role("button", name="Delete account").click()
    expect(page.get_by_text("Your account and your diary are deleted.")).to_be_visible()
    assert people.sign_in(mina.http, mina.email, "another long password").status_code == 401


@pytest.mark.full
def test_a_token_is_shown_once_and_serves_until_it_is_removed(people: People) -> None:
    mina = people.someone()
    mina.write("By a page")
    page = people.page("#/account", mina)
    page.get_by_label("What is it for?").fill("backup")
    page.get_by_role("button", name="Create token").click()
    token = page.locator("code").inner_text()
    program = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{people.service.base}/entries", headers=program).json()["items"][0]["title"] == "By a page"
    page.reload()
    expect(page.get_by_text("backup")).to_be_visible()
    assert token not in page.content()
    page.get_by_role("button", name="Remove backup").click()
    expect(page.get_by_text("No program has access.")).to_be_visible()
    assert httpx.get(f"{people.service.base}/entries", headers=program).status_code == 401


@pytest.mark.full
def test_signed_out_everywhere(people: People) -> None:
    mina = people.someone()
    page, phone = people.page("#/account", mina), people.page("#/statistics", mina, width=390)
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    phone.get_by_role("link", name="Diary", exact=True).click()
    expect(phone.get_by_text("You were signed out")).to_be_visible()
    assert people.sign_in(mina.http, mina.email).status_code == 200
