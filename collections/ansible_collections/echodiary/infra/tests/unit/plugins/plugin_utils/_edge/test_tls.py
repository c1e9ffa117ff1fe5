# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import tls

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----"
KEY = "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----"
GIVEN: dict[str, Any] = {
    "tls": "files", "tls_port": 443, "port": 80, "tls_names": ["a.example"], "tls_certificate": CERTIFICATE, "tls_key": KEY,
    "tls_certificate_file": "", "tls_key_file": "", "trusted_proxies": [], "accept_proxy": False,
}  # fmt: skip
NO_PEM = {"tls_certificate": "", "tls_key": ""}
FILES = {**NO_PEM, "tls_certificate_file": "/x/c.pem", "tls_key_file": "/x/k.pem"}


def loaded(**given: Any) -> dict[str, str]:
    return tls.loaded({**GIVEN, **given}, [{"release": {"hosts": ["B.example"]}}, {"release": {}}])


def test_what_has_to_be_served() -> None:
    assert loaded() == {tls.BROUGHT: "A9993E364706816ABA3E25717850C26C9CD0D89D"}
    assert loaded(**FILES) == {tls.MADE: ""}
    assert loaded(tls="none") == {}


def test_names_are_those_of_the_applications_where_none_are_given() -> None:
    entries: list[dict[str, Any]] = [
        {"release": {"hosts": ["B.example", "c.example"]}},
        {"release": {"hosts": ["b.example"]}},
        {"release": {}},
    ]
    assert tls.names([], entries) == ["b.example", "c.example"]
    assert tls.names(["A.example"], entries) == ["a.example"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tls_names": ["a b"]}, "'a b' is no name"),
        ({"tls_names": ["a.*.example"]}, "is no name"),
        ({"tls_names": ["http://a.example"]}, "is no name"),
        ({"tls_port": 80}, "are both 80"),
        (NO_PEM, "takes either"),
        ({"tls_key": ""}, "takes either"),
        ({**FILES, "tls_key_file": ""}, "takes either"),
        ({"tls_certificate_file": "/x", "tls_key_file": "/y"}, "takes either"),
        ({**FILES, "tls_key_file": "k.pem"}, "has to be a whole path"),
        ({"tls_certificate": "x"}, "no certificate in PEM"),
        ({"tls_key": CERTIFICATE}, "no private key in PEM"),
        ({"trusted_proxies": ["10.0.0.1/8"]}, "has host bits set"),
        ({"trusted_proxies": ["alb"]}, "does not appear to be"),
        ({"accept_proxy": True}, "haproxy_trusted_proxies alone"),
        ({"tls": "none", "accept_proxy": True}, "haproxy_trusted_proxies alone"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        loaded(**given)
    assert KEY.splitlines()[1] not in str(caught.value)


def test_without_a_name_nobody_knows_what_it_is_for() -> None:
    with pytest.raises(SpecError, match="set haproxy_tls_names"):
        tls.loaded({**GIVEN, "tls_names": []}, [{"release": {}}])


def test_one_file_of_both() -> None:
    assert tls.site(f"{CERTIFICATE}\nx\n{CERTIFICATE}", f"y\n{KEY}\n") == f"{CERTIFICATE}\n{CERTIFICATE}\n{KEY}\n"
    assert tls.site("", KEY) == ""
