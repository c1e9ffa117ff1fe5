# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAProxy is told of the applications of a host."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.echodiary.infra.plugins.filter import edges
from ansible_collections.echodiary.infra.plugins.plugin_utils._edge import backends


def entry(name: str, **release: Any) -> dict[str, Any]:
    return {"component": name, "release": {"service": "web", "slots": {"a": 9001, "b": 9002}, **release} if release is not None else {}}


HEALTH = ["/health", "/ready"]


def ports(first: int) -> dict[str, int]:
    return {"a": first, "b": first + 1}


NOTHING = {"component": "docker", "release": {}}


def test_of_one_application_nothing_has_to_be_told_apart() -> None:
    found = backends.edge([NOTHING, entry("shop", check={"path": "/up", "status": 204})], 1000, HEALTH)
    (shop,) = found.backends
    assert (found.routed, found.default, found.health, shop.only, shop.route) == (
        False,
        "shop",
        ["{ path /health }", "{ path /ready }"],
        "",
        [],
    )
    assert (shop.check_path, shop.check_status, shop.check_host, shop.max_body) == ("/up", 204, "localhost", 1000)
    assert shop.servers == [("a", 9001, False), ("b", 9002, True)], "the first slot takes requests until somebody says otherwise"


def test_the_more_exact_is_asked_first_and_each_rule_is_about_its_own() -> None:
    rows = [
        entry("shop"),
        entry("cart", path="/cart", slots=ports(7001)),
        entry("api", slots=ports(6001), hosts=["api.example", "v2.example"], max_body_bytes=7),
    ]
    found = backends.edge(rows, 1000, HEALTH)
    api, cart, shop = found.backends
    assert (found.routed, found.default) == (True, "shop")
    assert api.route == ["{ var(txn.host) -m str api.example v2.example }"]
    assert cart.route == ["{ path -m reg ^/cart(/|$) }"]
    assert shop.only == " { var(txn.backend) -m str shop }"
    assert (api.max_body, cart.max_body, api.check_host) == (7, 1000, "api.example")


def test_what_a_load_balancer_asks_is_the_hosts_unless_a_component_has_that_path() -> None:
    paths = ["/health", "/cart/up", "/cartx"]
    plain = ["{ path /health }", "{ path /cart/up }", "{ path /cartx }"]
    assert backends.edge([entry("shop", hosts=["shop.example"])], 1, paths).health == plain
    assert backends.edge([entry("cart", path="/cart")], 1, paths).health == [plain[0], plain[2]]
    found = backends.edge([entry("cart", hosts=["a.example", "b.example"], path="/cart")], 1, paths).health
    assert found == [plain[0], plain[1] + " !{ var(txn.host) -m str a.example b.example }", plain[2]]


def test_a_percent_sign_of_a_check_is_one_where_haproxy_reads_a_format() -> None:
    found = backends.edge([entry("shop", check={"path": "/up%20there"})], 1, HEALTH)
    assert (found.health_path, found.backends[0].check_path) == ("'/up%%20there'", "'/up%20there'")


def test_without_a_default_nobody_is_told_what_is_nobodys() -> None:
    found = backends.edge([entry("shop", hosts=["shop.example"])], 1000, HEALTH)
    assert (found.routed, found.default, found.health_path) == (True, "", "")
    assert backends.edge([NOTHING], 1000, HEALTH).backends == []


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/metrics", True),
        ("/metrics/x", True),
        ("//metrics", True),
        ("/a/../metrics", True),
        ("/./metrics;a=b", True),
        ("/metricsx", False),
        ("/a/metrics", False),
        ("/shop/status", True),
        ("/shop//status", True),
        ("/shop/./status?x", True),
        ("/shop/a/../status", True),
        ("/b/../shop/status", True),
        ("/shop/other/status", False),
        ("/shop", False),
        ("/x\n/../metrics", True),
        ("/metrics\n", True),
    ],
)
def test_what_is_internal_is_so_however_it_is_spelled(path: str, kept: bool) -> None:
    # of Python's re the class is not known
    expression = backends.internal(["/metrics", "/Shop/Status"]).replace("[]/\\\\;?#[:cntrl:][:space:]]", r"[]/\\;?#\x00-\x20]")
    assert bool(re.search(expression, path)) is kept


def test_two_that_cannot_stand_together_are_an_error_of_the_template() -> None:
    with pytest.raises(AnsibleFilterError, match="shop and cart both want"):
        edges.edge_backends([entry("shop"), entry("cart", slots=ports(7001))], 1000, HEALTH)


def test_the_template_gets_plain_data() -> None:
    told = edges.edge_backends([entry("shop", internal_paths=["/metrics", "/it's"])], 1000, HEALTH)
    assert told["backends"][0]["servers"][1] == {"slot": "b", "port": 9002, "disabled": True}
    assert told["backends"][0]["inside"] == "/shop/metrics '/shop/it'\\''s'"


def test_one_port_of_two_slots_is_refused_with_both_names() -> None:
    rows = [entry("shop", hosts=["shop.example"]), entry("cart", slots={"x": 7001, "y": 9002})]
    with pytest.raises(AnsibleFilterError, match=r"shop listens at 9002/tcp .*cart at 9002/tcp"):
        edges.edge_backends(rows, 1000)


def test_a_slot_at_what_another_component_listens_on_is_refused() -> None:
    other = {
        "component": "exporter",
        "release": {},
        "listens": [{"port": 9001, "protocol": "tcp", "address": "*", "from": [], "for": "metrics"}],
    }
    with pytest.raises(AnsibleFilterError, match=r"shop listens at 9001/tcp .*exporter at 9001/tcp"):
        edges.edge_backends([other, entry("shop")], 1000)
    own = [{"port": 9001, "protocol": "tcp", "address": "127.0.0.1", "from": ["host"], "for": "users"}]
    assert edges.edge_backends([{**entry("shop"), "listens": own}], 1000)["default"] == "shop"


def test_what_nobody_asks_is_behind_nothing() -> None:
    found = backends.edge([entry("shop"), {"component": "mailer", "release": {"service": "clerk"}}], 1000, HEALTH)
    assert [one.name for one in found.backends] == ["shop"]
    assert not found.routed, "it wants no requests, so there is nothing to tell apart"


def test_a_components_own_rate_counts_before_that_of_all() -> None:
    rows = [entry("shop", rate={"requests": 5, "per": "1m"}), entry("cart", path="/cart", slots=ports(7001))]
    told = edges.edge_backends(rows, 1000, HEALTH, {"requests": "100", "per": "10s"})["backends"]
    assert {one["name"]: one["rate"] for one in told} == {
        "shop": {"requests": 5, "seconds": 60},
        "cart": {"requests": 100, "seconds": 10},
    }
    with pytest.raises(AnsibleFilterError, match="haproxy: haproxy_rate: per"):
        edges.edge_backends(rows, 1000, HEALTH, {"requests": 1, "per": "ever"})
