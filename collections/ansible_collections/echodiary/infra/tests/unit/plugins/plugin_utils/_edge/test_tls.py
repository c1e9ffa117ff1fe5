# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
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


ACME: dict[str, Any] = {
    **NO_PEM, "tls": "acme", "tls_key": KEY, "acme_account_key": KEY.replace("YWJj", "ZGVm"), "acme_email": "ops@a.example",
    "acme_server": "https://acme.example/dir", "acme_challenge": "http", "acme_dns_provider": "route53", "acme_dns_environment": {},
    "acme_dns_resolvers": [],
}  # fmt: skip


def test_what_is_issued_the_host_has() -> None:
    assert loaded(**ACME) == {tls.MADE: ""}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tls_certificate": CERTIFICATE}, "none is to be given"),
        ({"tls_key": ""}, "haproxy_tls_key holds no private key"),
        ({"acme_account_key": "x"}, "haproxy_acme_account_key holds no private key"),
        ({"acme_account_key": KEY}, "are the same key"),
        ({"acme_email": ""}, "no address"),
        ({"acme_server": "http://acme.example"}, "has to begin with https"),
        ({"tls_names": ["*.a.example"]}, "issues nothing for it"),
        ({"tls_names": ["localhost"]}, "issues nothing for it"),
        ({"acme_dns_resolvers": ["10.0.0.2"]}, "it is http"),
    ],
)
def test_what_no_authority_would_issue_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        loaded(**{**ACME, **given})


DNS: dict[str, Any] = {**ACME, "acme_challenge": "dns"}


def test_a_zone_may_vouch_for_a_wildcard() -> None:
    more = {"acme_dns_environment": {"AWS_REGION": "us-east-1"}, "acme_dns_resolvers": ["10.0.0.2:53", "[fd00::2]:53", "names.example"]}
    assert loaded(**{**DNS, **more, "tls_names": ["*.a.example", "a.example"]}) == {tls.MADE: ""}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tls_names": ["localhost"]}, "give whole names"),
        ({"acme_dns_provider": "Route 53"}, "is no provider"),
        ({"acme_dns_environment": {"aws region": "x"}}, "has to be a variable"),
        ({"acme_dns_environment": {"AWS_REGION": ["x"]}}, "has to be a variable"),
        ({"acme_dns_resolvers": ["10.0.0.2 53"]}, "is no name server"),
    ],
)
def test_what_no_zone_would_take_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        loaded(**{**DNS, **given})


def test_of_a_clients_variables_some_are_shown_nowhere() -> None:
    told = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "r", "AWS_SHARED_CREDENTIALS_FILE": "/f", "X_TOKEN": ""}
    assert tls.secrets(told) == ["id", "s"]


def test_a_thumbprint_is_of_the_public_key_alone() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    def pem(made: Any, form: Any = serialization.PrivateFormat.PKCS8) -> str:
        return str(made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())

    for made in (ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        told = tls.thumbprint("x" + pem(made))
        assert len(told) == 43 and told == tls.thumbprint(pem(made, serialization.PrivateFormat.TraditionalOpenSSL))
    for no in (pem(ed25519.Ed25519PrivateKey.generate()), KEY, ""):
        with pytest.raises(SpecError, match="haproxy_acme_account_key"):
            tls.thumbprint(no)


def test_a_thumbprint_is_that_of_the_standard() -> None:
    """The example of RFC 7638, 3.1."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    number = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDKgw"
    )
    modulus = int.from_bytes(base64.urlsafe_b64decode(number + "=="), "big")
    assert tls.of_public(rsa.RSAPublicNumbers(65537, modulus).public_key()) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_one_of_the_fleet_orders() -> None:
    entries = [{"host": host, "address": f"10.0.0.{host[-1]}", "component": "haproxy"} for host in ("b2", "a1")]
    entries += [{"host": "a0", "address": "10.0.0.9", "component": "shop"}]
    assert tls.orderer(entries, "") == {"host": "a1", "address": "10.0.0.1"}
    assert tls.orderer(entries, "b2")["host"] == "b2"
    for chosen, known in (("a0", entries), ("", [])):
        with pytest.raises(SpecError, match="has no component haproxy"):
            tls.orderer(known, chosen)
    assert tls.key(f"x{KEY}y") == f"{KEY}\n"
    assert tls.key("") == ""
