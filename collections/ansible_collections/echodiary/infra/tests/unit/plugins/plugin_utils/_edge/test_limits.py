# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.echodiary.infra.plugins.filter import edges
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import limits

GIVEN: dict[str, Any] = {
    "fd_limit": 20000, "max_headers": 100, "max_header_bytes": 14000, "timeout_http_request": "10s", "timeout_http_keep_alive": "1m",
    "timeout_body": "20s", "body_rate": 500, "client_connections": 500, "unlimited": [], "trusted_proxies": [],
}  # fmt: skip
FLEET = [{"host": "mon1", "address": "10.0.0.5"}, {"host": "mon1", "address": "10.0.0.5"}, {"host": "app1", "address": "10.0.0.11"}]


def found(**given: Any) -> limits.Limits:
    return limits.limits({**GIVEN, **given}, FLEET, ["mon1"])


def test_a_full_edge_can_still_be_looked_at() -> None:
    assert (found().connections, found(fd_limit=200).connections) == (9000, 90)


def test_times_are_seconds() -> None:
    assert (found().head, found().idle, found().body, found(timeout_body="0s").body) == (10, 60, 20, 0)


def test_who_watches_the_host_itself_and_who_is_listed_are_not_counted() -> None:
    assert found().unlimited == ["127.0.0.0/8", "::1", "10.0.0.5"]
    assert found(unlimited=["203.0.113.0/24", "10.0.0.5", "2001:db8::/32"]).unlimited[2:] == ["10.0.0.5", "203.0.113.0/24", "2001:db8::/32"]
    assert found(trusted_proxies=["10.0.0.0/16"]).proxies == ["10.0.0.0/16"]


@pytest.mark.parametrize("address", ["127.0.0.1", "mon1.internal"])
def test_a_host_without_an_address_of_its_own_is_nobody_in_particular(address: str) -> None:
    entries = [{"host": "mon1", "address": address}]
    assert limits.limits(GIVEN, entries, ["mon1"]).unlimited == ["127.0.0.0/8", "::1"]


def test_headers_that_are_too_many_are_read_to_be_told_so() -> None:
    assert [found(max_headers=number).read_headers for number in (10, 100, 900)] == [101, 200, 1000]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_headers": 9}, "haproxy_max_headers has to be from 10 to 1000, not 9"),
        ({"max_header_bytes": 15001}, "haproxy_max_header_bytes has to be from 1024 to 15000"),
        ({"body_rate": -1}, "haproxy_body_rate"),
        ({"client_connections": -1}, "haproxy_client_connections"),
        ({"fd_limit": 10}, "haproxy_fd_limit"),
        ({"timeout_body": "soon"}, "haproxy_timeout_body 'soon' is no time in whole seconds; write it as in 10s"),
        ({"timeout_body": "500ms"}, "haproxy_timeout_body '500ms'"),
        ({"timeout_http_request": "0s"}, "haproxy_timeout_http_request has to be 1s or more"),
        ({"timeout_http_keep_alive": "0"}, "haproxy_timeout_http_keep_alive has to be 1s or more"),
        ({"unlimited": ["office"]}, "haproxy_unlimited: 'office' is no address"),
        ({"unlimited": ["10.0.0.1/8"]}, "haproxy_unlimited: '10.0.0.1/8'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_may(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match="haproxy: ") as caught:
        found(**given)
    assert said in str(caught.value)


def test_the_template_gets_plain_data_and_one_line_of_what_is_wrong() -> None:
    assert edges.edge_limits(GIVEN, FLEET, ["mon1"])["connections"] == 9000
    with pytest.raises(AnsibleFilterError, match="haproxy_max_headers"):
        edges.edge_limits({**GIVEN, "max_headers": 0}, [])
