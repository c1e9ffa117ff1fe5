# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is given what of a certificate that an authority issues."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import rendering

KEY = "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----"
ACME: dict[str, Any] = {
    "components": ["haproxy", "echodiary"],
    "haproxy_tls": "acme",
    "haproxy_tls_names": ["*.a.example", "a.example"],
    "haproxy_tls_key": KEY,
    "haproxy_acme_account_key": KEY.replace("YWJj", "ZGVm"),
    "haproxy_acme_email": "ops@a.example",
    "haproxy_acme_challenge": "dns",
    "haproxy_acme_dns_environment": {"AWS_SECRET_ACCESS_KEY": "of-the-zone"},
}


def test_what_the_client_reads_its_unit_may_read() -> None:
    told = {"AWS_SHARED_CREDENTIALS_FILE": "/root/zone", "AWS_REGION": "us-east-1"}
    made = rendering.component("haproxy", **{"inventory_hostname": "app1", **ACME, "haproxy_acme_dns_environment": told})
    unit = made["files"]["/etc/systemd/system/haproxy-certificate.service"]
    assert "BindReadOnlyPaths=-/root/zone" in str(unit).replace("\\n", "\n")


@pytest.mark.parametrize(("host", "orders"), [("app1", True), ("app2", False)])
def test_what_writes_into_the_zone_is_on_the_host_that_orders_alone(host: str, orders: bool) -> None:
    files = rendering.tree("haproxy", **{"inventory_hostname": host, **ACME})
    assert json.loads(files["/etc/echodiary/tls/tls.json"])["acme"]["challenge"] == "dns"
    assert "acme-challenge" not in files["/etc/haproxy/haproxy.cfg"]
    there = {place: text for place, text in files.items() if "of-the-zone" in text}
    assert list(there) == (["/etc/echodiary/tls/dns.json"] if orders else [])
    assert ("/etc/echodiary/tls/account.pem" in files) is orders
