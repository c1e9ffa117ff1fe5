# SPDX-License-Identifier: GPL-3.0-or-later
"""What people open on hosts their security group opens, too; what it cannot hold is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import asked
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import packets
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.roster import Roster

from .example import BALANCER, environment

GROUPS = {"app": ["app1"], "monitoring": ["mon1"], "office": [], "all": ["app1", "mon1"]}


def let_in(declared: dict[str, Any] | None = None, components: tuple[str, ...] = ("firewall",), **given: Any) -> list[tuple[int, str]]:
    """To the host app1, by its security group."""
    hosts = {"app1": {"components": list(components), **given}, "mon1": {"components": []}}
    known: Any = {"inventory_hostname": "localhost", "groups": GROUPS, "hostvars": hosts}
    loader = DataLoader()
    env = environment({}, **(declared or {}))
    env = env._replace(listens=asked.of_roles(Roster(loader, Templar(loader, variables=known), known, []), env))
    (found,) = (one for one in packets.declared(env) if one.resource.name == "echodiary-production-app")
    rules: Any = found.fields["in"]
    return [(rule["port"], str(getattr(rule["with"], "name", rule["with"]))) for rule in rules]


def opened(*who: str) -> dict[str, Any]:
    return {"firewall_allow": [{"port": 8443, "from": list(who)}]}


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (["198.51.100.7"], ["198.51.100.7/32"]),
        (["198.51.100.0/24", "2001:db8::/64"], ["198.51.100.0/24", "2001:db8::/64"]),
        (["monitoring"], ["echodiary-production-monitoring"]),
        (["edge"], ["0.0.0.0/0"]),
        (["any"], ["0.0.0.0/0"]),
        (["all"], ["echodiary-production-app", "echodiary-production-monitoring"]),
        (["containers", "office"], []),
    ],
)
def test_what_people_open_the_group_opens(who: list[str], found: list[str]) -> None:
    assert let_in(**opened(*who)) == [(8443, one) for one in found]


def test_a_host_without_a_firewall_of_its_own_opens_nothing_by_it() -> None:
    assert let_in(components=(), **opened("any")) == []


@pytest.mark.parametrize("who", ["app1", "nobody", "198.51.100.7/24"])
def test_whom_a_group_cannot_hold_is_refused(who: str) -> None:
    with pytest.raises(SpecError, match=f"host app1: firewall_allow: 8443 from '{who}'.*app, monitoring"):
        let_in(**opened(who))


def test_half_a_role_is_refused() -> None:
    hosts = {name: {"role": "app", "type": "t4g.small", "zone": "a"} for name in ("app1", "mon1")}
    with pytest.raises(SpecError, match="firewall_allow: 8443 from 'monitoring'"):
        let_in({"hosts": hosts}, **opened("monitoring"))


def test_who_comes_by_ssh_is_let_in_by_both_or_refused() -> None:
    access = {"access": {"ssh_from": ["203.0.113.7/32"]}}
    for ssh_from in (["any"], ["203.0.113.0/24"]):
        assert let_in(access, firewall_ssh_from=ssh_from) == []
    with pytest.raises(SpecError, match=r"lets 203.0.113.7/32 in by ssh.*its own firewall does not"):
        let_in(access, firewall_ssh_from=["198.51.100.0/24"])
    assert let_in(firewall_ssh_from=["198.51.100.0/24"]) == [], "Session Manager comes from the host itself"


FRONT = {"haproxy_trusted_proxies": ["10.20.0.0/16"], "haproxy_timeout_http_keep_alive": "75s"}


def front(components: Sequence[str] = ("haproxy",), balancer: dict[str, Any] | None = BALANCER, **given: Any) -> None:
    """Of the host app1, behind a load balancer."""
    hosts = {"app1": {"components": list(components), **FRONT, **given}, "mon1": {"components": []}}
    known: Any = {"inventory_hostname": "localhost", "groups": GROUPS, "hostvars": hosts}
    loader = DataLoader()
    asked.check_front(Roster(loader, Templar(loader, variables=known), known, []), environment({}, balancer=balancer))


def test_hosts_that_fit_are_asked_by_a_load_balancer_and_others_are_their_owners_matter() -> None:
    front()
    front(haproxy_trusted_proxies=["10.20.0.0/20", "10.20.32.0/20"])
    front(components=(), haproxy_tls="acme")
    front(components=("haproxy", "firewall"), firewall_edge_from=["10.20.0.0/16"])
    front(balancer=None, haproxy_tls="acme", haproxy_trusted_proxies=[])
    front(
        balancer={**BALANCER, "port": 8080, "health_path": "/ready", "idle_seconds": 10},
        haproxy_port=8080,
        haproxy_timeout_http_keep_alive="15s",
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"haproxy_tls": "file"}, "haproxy_tls is file"),
        ({"haproxy_port": 8080}, r"haproxy_port is 8080, and aws_environment.balancer asks 80"),
        ({"haproxy_health_paths": ["/up"]}, "health_path is /health, and HAProxy answers /up"),
        ({"haproxy_trusted_proxies": []}, "all users would be one client"),
        ({"haproxy_trusted_proxies": ["10.20.0.0/20"]}, "has not 10.20.32.0/20"),
        ({"haproxy_accept_proxy": True}, "does not speak the PROXY protocol"),
        ({"haproxy_timeout_http_keep_alive": "60s"}, "set it to 75s"),
        ({"components": ["haproxy", "firewall"], "firewall_edge_from": ["10.20.0.0/20"]}, "firewall_edge_from has not 10.20.32.0/20"),
    ],
)
def test_hosts_that_a_load_balancer_could_not_ask_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=f"host app1: .*{why}"):
        front(**given)


@pytest.mark.parametrize(
    ("components", "how", "refused"), [([], {}, True), (["cloudwatch_agent"], {}, False), ([], {"agent": False}, False)]
)
def test_who_has_no_agent_is_not_watched_by_one(components: list[str], how: dict[str, Any], refused: bool) -> None:
    hosts = {"app1": {"components": components}, "mon1": {"components": ["mine.collection.cloudwatch_agent"]}}
    given: Any = {"inventory_hostname": "localhost", "groups": GROUPS, "hostvars": hosts}
    loader = DataLoader()
    known, env = Roster(loader, Templar(loader, variables=given), given, []), environment(watching={"email": ["a@b.c"], **how})
    if not refused:
        asked.check_agent(known, env)
        return
    with pytest.raises(SpecError, match="app1 would be watched by what component cloudwatch_agent sends"):
        asked.check_agent(known, env)
