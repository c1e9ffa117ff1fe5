# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import headers
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.asks import Reply

GOOD = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Set-Cookie": "session=1; Path=/; Secure; HttpOnly; SameSite=Lax",
}


def found(changed: dict[str, str | None], *, tls: bool = True) -> dict[str, str]:
    given = {**GOOD, **changed}
    reply = Reply(200, tuple((name, value) for name, value in given.items() if value is not None))
    return {one["id"].removeprefix("headers:"): one["severity"] for one in headers.findings([("/", reply)], "app1", tls=tls)}


def test_nothing_is_said_of_what_is_as_it_should_be() -> None:
    assert found({}) == {}


@pytest.mark.parametrize(
    ("changed", "id_", "severity"),
    [
        ({"Strict-Transport-Security": None}, "strict-transport-security", "medium"),
        ({"Strict-Transport-Security": "max-age=3600; includeSubDomains"}, "strict-transport-security", "low"),
        ({"X-Content-Type-Options": None}, "x-content-type-options", "medium"),
        ({"Referrer-Policy": None}, "referrer-policy", "low"),
        ({"Referrer-Policy": "no-referrer, unsafe-url"}, "referrer-policy", "low"),
        ({"X-Frame-Options": None}, "frame", "medium"),
        ({"X-Frame-Options": "ALLOW-FROM https://a.example"}, "frame", "medium"),
        ({"Server": "uvicorn"}, "server", "low"),
        ({"X-Powered-By": "PHP/8.2"}, "x-powered-by", "medium"),
        ({"Set-Cookie": "session=1; HttpOnly"}, "cookie:session", "medium"),
        ({"Set-Cookie": "session=Secure; Secure"}, "cookie:session", "medium"),
    ],
)
def test_what_is_missing_or_said_is_found(changed: dict[str, str | None], id_: str, severity: str) -> None:
    assert found(changed) == {id_: severity}


def test_a_policy_says_as_much_as_the_header_of_old() -> None:
    assert found({"X-Frame-Options": None, "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'"}) == {}


def test_without_tls_nobody_can_ask_for_it() -> None:
    assert found({"Strict-Transport-Security": None, "Set-Cookie": "a=b; HttpOnly"}, tls=False) == {}


def test_every_page_has_to_be_right_and_is_named() -> None:
    good, bad = Reply(200, tuple(GOOD.items())), Reply(404, ())
    told = headers.findings([("/", good), ("/nowhere", bad)], "app1", tls=True)
    assert {one["text"].rpartition("(")[2] for one in told} == {"/nowhere)"}
