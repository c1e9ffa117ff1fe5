# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups, the hosts' own firewall and the pages of the inventories tell the same of who may ask what."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall import openings
from ansible_collections.echodiary.infra.plugins.plugin_utils._firewall.shapes import Inventory

ROOT = Path(__file__).resolve().parents[2]
ports = SimpleNamespace(**runpy.run_path(str(ROOT / ".ci/ports.py")))
EDGE = "192.0.2.1/32"
WORDS = {"edge": [EDGE], "operators": [ports.OPERATORS], "monitoring": ["monitoring"]}
ACME = {"haproxy_tls": "acme", "haproxy_tls_names": ["a.example"]}
Rules = set[tuple[str, str, int, str]]


def of_groups(fleet: Any, name: str) -> Rules:
    return {tuple(rule) for rule in ports.rules(ports.environment(fleet, name)) if rule.to in ("app", "monitoring")}


def of_hosts(fleet: Any) -> Rules:
    """By the addresses that each host's own rules let in."""
    who = {f"{address}/32": role for role, address in ports.HOSTS.values()} | {EDGE: "edge", ports.OPERATORS: "operators"}
    found: Rules = set()
    for host, (role, _) in ports.HOSTS.items():
        inventory = Inventory(fleet.groups, frozenset(ports.HOSTS), fleet.addresses, WORDS, host, fleet.having)
        for one in openings.of_components(fleet.entries(host), inventory):
            found |= {(role, one.protocol, one.port, who[str(network)]) for network in one.networks}
    return found


def drift(groups: Rules, hosts: Rules) -> list[str]:
    """A line each."""
    known: Mapping[str, tuple[Rules, Rules]] = {"its security group": (groups, hosts), "its own firewall": (hosts, groups)}
    return [
        f"{to}: {port}/{protocol} from {who}: let in by {where} alone"
        for where, (one, other) in known.items()
        for to, protocol, port, who in sorted(one - other)
    ]


@pytest.mark.parametrize("name", ports.INVENTORIES)
@pytest.mark.parametrize("more", [{}, ACME], ids=["plain", "acme"])
def test_a_security_group_lets_in_whom_its_hosts_let_in(name: str, more: dict[str, Any]) -> None:
    fleet = ports.known(ROOT / "inventories" / name, **more)
    assert drift(of_groups(fleet, name), of_hosts(fleet)) == []
    assert (("app", "tcp", 443, "app") in of_hosts(fleet)) is bool(more)


def test_a_port_that_one_of_them_lets_in_alone_is_found() -> None:
    fleet = ports.known(ROOT / "inventories/production")
    groups, hosts = of_groups(fleet, "production"), of_hosts(fleet)
    assert drift(groups - {("app", "tcp", 80, "edge")}, hosts) == ["app: 80/tcp from edge: let in by its own firewall alone"]
    assert drift(groups, hosts - {("app", "tcp", 9100, "monitoring")}) == [
        "app: 9100/tcp from monitoring: let in by its security group alone"
    ]


@pytest.mark.parametrize("name", ports.INVENTORIES)
def test_the_page_of_an_inventory_tells_the_same(name: str) -> None:
    page = (ROOT / "inventories" / name / "README.md").read_text(encoding="utf-8")
    made = ports.table(ports.environment(ports.known(ROOT / "inventories" / name), name))
    assert ports.BEGIN in page and ports.written(page, made) == page, f"inventories/{name}/README.md is old: make ports"


def test_a_page_that_tells_another_port_is_found() -> None:
    page = (ROOT / "inventories/production/README.md").read_text(encoding="utf-8")
    made = ports.table(ports.environment(ports.known(ROOT / "inventories/production", node_exporter_port=9101), "production"))
    assert "8404, 9101" in made and ports.written(page, made) != page
