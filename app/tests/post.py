"""A mail server that really listens, and people who read what arrived there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import services
from aiosmtpd.controller import Controller
from services import Service

PASSWORD = "correct horse battery"
PUBLIC = "http://diary.test"
FROM = "EchoDiary <diary@diary.test>"


class Postbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the name is the library's
        if self.refuses:
            return f"554 no mail for {envelope.rcpt_tos[0]}"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append((envelope.rcpt_tos[0], message))
        return "250 kept"

    def to(self, address: str, number: int = 1) -> EmailMessage:
        """The `number`th mail that this address got."""
        services.wait_for(f"mail {number} for {address}", lambda: len(self.all_to(address)) >= number)
        return self.all_to(address)[number - 1]

    def all_to(self, address: str) -> list[EmailMessage]:
        return [message for to, message in self.mails if to == address]

    def token(self, address: str, page: str, number: int = 1) -> str:
        """Of the link in it."""
        found = re.search(rf"{PUBLIC}/#/{page}/(\S+)", self.to(address, number).get_content())
        assert found, self.to(address, number).get_content()
        return found[1]


@contextmanager
def server() -> Iterator[tuple[Postbox, int]]:
    box, port = Postbox(), services.free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def settings(port: int, **more: str) -> dict[str, str]:
    """Of a service that has the server; nobody is limited who is not about limits."""
    limits = {"SIGN_IN_LIMIT_ACCOUNT": "1000/hour", "SIGN_IN_LIMIT_ADDRESS": "10000/hour", "MAIL_LIMIT": "100/hour"}
    mail = {"MAIL_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": FROM, "PUBLIC_URL": PUBLIC}
    return {"SIGN_IN": "required", **mail, **limits, **more}


class Browser(httpx.Client):
    """Keeps cookies, and sends the token that a page reads from one."""

    def __init__(self, service: Service) -> None:
        super().__init__(base_url=service.base, timeout=30, event_hooks={"request": [self._prove]})

    def _prove(self, request: httpx.Request) -> None:
        token = self.cookies.get("echodiary_csrf")
        if token and request.method not in ("GET", "HEAD"):
            request.headers.setdefault("X-CSRF-Token", token)


def sign_up(service: Service, box: Postbox, email: str, language: str = "en", password: str = PASSWORD) -> Browser:
    """Somebody with an account, signed in."""
    browser = Browser(service)
    before = len(box.all_to(email))
    answer = browser.post("/accounts", json={"email": email, "password": password, "language": language})
    assert answer.status_code == 202, answer.text
    assert browser.post("/accounts/verify", json={"token": box.token(email, "verify", before + 1)}).status_code == 204
    assert sign_in(browser, email, password).status_code == 200
    return browser


def sign_in(browser: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    return browser.post("/session", json={"email": email, "password": password})
