# SPDX-License-Identifier: GPL-3.0-or-later
"""What testssl.sh has against it: nothing above LOW but what comes of a test's own authority."""

from __future__ import annotations

import json
import socket
import ssl
from typing import Any

import docker
import pytest

from tests.integration import lab_images
from tests.integration.tls import visitors
from tests.integration.tls.authority import Authority
from tests.integration.tls.machine import NAMES, Machine

SERIOUS = {"MEDIUM", "HIGH", "CRITICAL", "WARN", "FATAL"}
#: finding -> why it is none
ALLOWED = {
    "cert_chain_of_trust": "the test's authority is nobody's",
    "cert_revocation": "the test's authority answers nobody, and its certificates name no list",
    "cert_crlDistributionPoints": "likewise",
    "cert_ocspURL": "likewise",
    "cert_notAfter": "it lives for 30 days here",
    "cert_expirationStatus": "likewise",
    "overall_grade": "is T for whoever is not trusted",
    "grade_cap_reason_1": "likewise",
    "security_headers": "other than HSTS they are the application's to say, and the test's own says none",
    "sessionresumption_ticket": "it may leave before a ticket of TLS 1.3 arrives; tickets are asked for below",
    "engine_problem": "is of the program that asks, which cannot try ciphers of GOST",
}

RACE = "check failed because of connect problem"
#: more patience with answers than it has by itself, for a busy machine
ASK = "HEADER_MAXSLEEP=60 testssl --quiet --color 0 --warnings batch --ip {address} --jsonfile /tmp/found {name} >&2; cat /tmp/found"


@pytest.mark.full
def test_nothing_above_low(host: Machine, authority: Authority) -> None:
    one = authority.issue(*NAMES)
    done = host.haproxy(haproxy_tls="files", haproxy_tls_certificate=one.chain, haproxy_tls_key=one.key)
    assert not done.failed, done.msg
    said = docker.from_env().containers.run(
        lab_images.service("testssl"),
        ["sh", "-c", ASK.format(address=host.address, name=NAMES[0])],
        network_mode="host",
        remove=True,
        stdout=True,
        stderr=False,
    )
    found: list[dict[str, Any]] = json.loads(said)
    assert {"TLS1_2", "TLS1_3", "ALPN_HTTP2", "HSTS_time"} <= {each["id"] for each in found if each["severity"] in ("OK", "INFO")}
    serious = {each["id"]: each["finding"] for each in found if each["severity"] in SERIOUS}
    assert {name: why for name, why in serious.items() if name not in ALLOWED} == {}
    assert serious.get("sessionresumption_ticket", RACE) == RACE
    assert not ticket(host.address, NAMES[0], authority.root)


def ticket(address: str, name: str, root: str) -> bool:
    """Whether a key of the server's could open what is kept of a session: in TLS 1.2, for in 1.3 tickets lead to what it keeps itself."""
    context = visitors.context(root)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with context.wrap_socket(socket.create_connection((address, 443), 10), server_hostname=name) as made:
        return bool(made.session and made.session.has_ticket)
