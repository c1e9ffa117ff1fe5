# SPDX-License-Identifier: GPL-3.0-or-later
"""What testssl.sh has against it: nothing above LOW but what comes of a test's own authority."""

from __future__ import annotations

import json
from typing import Any

import docker
import pytest

from tests.integration import lab_images
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
    "engine_problem": "is of the program that asks, which cannot try ciphers of GOST",
}

ASK = "testssl --quiet --color 0 --warnings batch --ip {address} --jsonfile /tmp/found.json {name} >&2; cat /tmp/found.json"


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
