# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of role firewall, as hosts of a fleet get it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from tests import rendering

PRIVATE = " ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 }"
DATA = {"echodiary_database_host": "db.example", "echodiary_redis_url": "rediss://cache:6380/0"}
APP = ["node_exporter", "haproxy", "echodiary", "firewall"]


def chains(**given: Any) -> dict[str, list[str]]:
    """Chain to its rules, without why they are there."""
    hosts = {**rendering.FLEET["hostvars"], "app1": {**rendering.FLEET["hostvars"]["app1"], "components": APP}}
    there = {"inventory_hostname": "app1", "components": APP, "hostvars": hosts, **DATA, **given}
    text = rendering.tree("firewall", **there)["/etc/echodiary/firewall.nft"]
    blocks = (block.partition(" {\n") for block in text.split("  chain ")[1:])
    lines = {name: [line.strip() for line in rest.partition("\n  }")[0].splitlines()] for name, _, rest in blocks}
    return {name: [line.partition(" comment ")[0] for line in several] for name, several in lines.items()}


def asked(port: int, rest: str = "") -> str:
    return f"meta l4proto tcp ct original proto-dst {port}{rest} accept"


def test_it_is_made_of_what_the_host_listens_on_and_who_the_inventory_has() -> None:
    assert chains()["services"] == [
        asked(22), asked(9100, " ip saddr { 10.0.0.5 }"), asked(80), asked(8404, " ip saddr { 10.0.0.5 }"),
    ]  # fmt: skip
    assert chains(firewall_edge_from=["10.7.0.0/16"])["services"][2] == asked(80, " ip saddr { 10.0.0.5, 10.7.0.0/16 }")


def test_who_takes_the_certificate_from_another_host_may_ask_it() -> None:
    load_balancer = {"firewall_edge_from": ["10.7.0.0/16"]}
    acme = {"haproxy_tls": "acme", "haproxy_tls_names": ["a.example"]}
    assert asked(443, " ip saddr { 10.0.0.12, 10.7.0.0/16 }") in chains(**load_balancer, **acme)["services"]
    assert asked(443, " ip saddr { 10.7.0.0/16 }") in chains(**load_balancer, **{**acme, "haproxy_tls": "files"})["services"]


def test_containers_have_their_edge_and_what_their_components_reach() -> None:
    found = chains(firewall_containers_to=[{"port": 443, "to": ["app2"]}])
    assert found["own"][1:-1] == [asked(80)]
    assert [line.partition("th dport ")[2] for line in found["outwards"][2:-1]] == [
        "53 accept", "5432 accept", "6380 accept", "443 ip daddr { 10.0.0.12 } accept",
    ]  # fmt: skip
    assert found["outwards"][0] == "ip daddr 169.254.169.254 jump refused"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"echodiary_database_host": "10.0.3.7"}, [f"5432{PRIVATE}", "5432 ip6 daddr { fc00::/7 }", "6380"]),
        ({"echodiary_redis_url": "redis://:secret@10.0.3.8/0"}, ["5432", f"6379{PRIVATE}", "6379 ip6 daddr { fc00::/7 }"]),
        ({"echodiary_question_url": "https://10.0.5.9:8500/v1"}, ["5432", "6380", f"8500{PRIVATE}", "8500 ip6 daddr { fc00::/7 }"]),
        ({"echodiary_question_url": "https://models.example/v1"}, ["5432", "6380", "443"]),
        ({"echodiary_question_url": "http://models.example/v1"}, ["5432", "6380", "80"]),
        ({"echodiary_data_networks": ["10.0.3.0/24"]}, ["5432 ip daddr { 10.0.3.0/24 }", "6380 ip daddr { 10.0.3.0/24 }"]),
    ],
)
def test_ports_of_databases_are_open_where_databases_are(given: dict[str, Any], expected: list[str]) -> None:
    assert [line.partition("th dport ")[2] for line in chains(**given)["outwards"][3:-1]] == [f"{one} accept" for one in expected]


def test_what_a_host_says_of_its_addresses_counts() -> None:
    hosts = {
        **rendering.FLEET["hostvars"],
        "mon1": {"components": [], "private_address": "10.0.3.3", "firewall_addresses": ["10.0.4.4", "fd00::4"]},
    }
    found = chains(hostvars={**hosts, "app1": {**hosts["app1"], "components": APP}})["services"]
    assert found[1:3] == [asked(9100, " ip saddr { 10.0.4.4 }"), asked(9100, " ip6 saddr { fd00::4 }")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"firewall_allow": [{"port": 70000, "from": ["any"]}]}, "'70000' is no port"),
        ({"firewall_allow": [{"port": 7000, "from": ["office"]}]}, "'office' is no address"),
        ({"firewall_containers_to": [{"port": 7000, "to": ["office"]}]}, "firewall_containers_to: 7000"),
        ({"firewall_edge_from": ["alb"]}, "edge: 'alb'"),
        ({"firewall_ssh_from": []}, "nobody could reach"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        chains(**given)
