# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who use the pages: each with a browser context of their own, and with an account when a test is not about getting one."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.integration.front.edge import Edge

PASSWORD = "correct horse battery"
#: what browsers say of answers that a page expects, among them those that a test loses
EXPECTED = re.compile(r"Failed to load resource: (the server responded with a status of (4\d\d|503)|net::ERR_)")
_numbers = itertools.count(1)


class Someone(NamedTuple):
    email: str
    #: asks the API as their page does
    http: httpx.Client

    def entries(self) -> list[dict[str, Any]]:
        answer = self.http.get("/entries?limit=100")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def write(self, title: str, body: str = "", mood: str | None = None) -> int:
        answer = self.http.post("/entries", json={"title": title, "body": body, "mood": mood})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


class People:
    browser: Browser

    def __init__(self, edge: Edge, service: Any, box: Any, model: Any) -> None:
        self.edge, self.service, self.box, self.model = edge, service, box, model
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._clients: list[httpx.Client] = []

    def address(self, name: str = "mina") -> str:
        return f"{name}{next(_numbers)}@example.org"

    def link(self, email: str, page: str, number: int = 1) -> str:
        """Of the mail that somebody got."""
        text = self.box.to(email, number).get_content()
        found = re.search(rf"{re.escape(self.edge.base)}/#/{page}/\S+", text)
        assert found, text
        return found[0]

    def someone(self, language: str = "en") -> Someone:
        """With an account, by way of the API."""
        email, http = self.address(), self._client()
        answer = http.post("/accounts", json={"email": email, "password": PASSWORD, "language": language})
        assert answer.status_code == 202, f"{answer.status_code} {answer.text}"
        token = self.link(email, "verify").rpartition("/")[2]
        assert http.post("/accounts/verify", json={"token": token}).status_code == 204
        assert self.sign_in(http, email).status_code == 200
        return Someone(email, http)

    def sign_in(self, http: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
        return http.post("/session", json={"email": email, "password": password})

    def _client(self) -> httpx.Client:
        def prove(request: httpx.Request) -> None:
            token = client.cookies.get("echodiary_csrf")
            if token and request.method != "GET":
                request.headers["X-CSRF-Token"] = token

        client = httpx.Client(base_url=self.service.base, timeout=30, event_hooks={"request": [prove]})
        self._clients.append(client)
        return client

    def page(self, path: str = "#/", who: Someone | None = None, *, width: int = 1280, locale: str = "en-GB") -> Page:
        """A browser of its own; signed in when it is somebody's."""
        context = self.browser.new_context(viewport={"width": width, "height": 844}, locale=locale, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        if who:
            found = self._client()
            assert self.sign_in(found, who.email).status_code == 200
            context.add_cookies([{"name": name, "value": value, "url": self.edge.base} for name, value in found.cookies.items()])
        page = context.new_page()
        self._watch(page)
        page.goto(f"{self.edge.base}/{path}")
        expect(page.locator("h1")).to_be_attached()
        return page

    def _watch(self, page: Page) -> None:
        """Whatever a page asks of others, or complains of, fails its test."""
        own = (self.edge.base, f"blob:{self.edge.base}")
        page.on("request", lambda request: request.url.startswith(own) or self.elsewhere.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not EXPECTED.match(said.text):
            self.complaints.append(said.text)

    def wait(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.05)

    def leave(self) -> None:
        for context in self._contexts:
            context.close()
        for client in self._clients:
            client.close()
        self._contexts, self._clients = [], []
        elsewhere, complaints = self.elsewhere, self.complaints
        self.elsewhere, self.complaints = [], []
        self.model.way = "well"
        self.edge.lost, self.edge.unheard, self.edge.seen = [], [], []
        assert not elsewhere, elsewhere
        assert not complaints, complaints
