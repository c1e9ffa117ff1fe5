# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import balancers, declaration, guards, run
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import packets
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Ref
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .answers import account
from .example import ACCOUNT, BALANCER, REGION, environment, given


def test_what_is_not_said_has_its_default_and_there_may_be_none() -> None:
    told = environment(balancer=BALANCER).declared["balancer"]
    assert told and (told["role"], told["port"], told["health_path"], told["idle_seconds"]) == ("app", 80, "/health", 60)
    assert [environment(balancer=none).declared["balancer"] for none in (None, False)] == [None, None]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"balancer": True}, "balancer: has to be a mapping"),
        ({"balancer": {"domain": "diary.example.com"}}, "zone_id"),
        ({"balancer": {**BALANCER, "domain": "Diary"}}, "'Diary' is no name"),
        ({"balancer": {**BALANCER, "names": ["*.example.com"]}}, r"'\*.example.com' is no name"),
        ({"balancer": {**BALANCER, "zone_id": "/hostedzone/Z1"}}, "zone_id: '/hostedzone/Z1'"),
        ({"balancer": {**BALANCER, "role": "web"}}, "no host has the role web"),
        ({"balancer": {**BALANCER, "health_path": "health"}}, "health_path: 'health'"),
        ({"balancer": {**BALANCER, "port": 70000}}, "port: 70000"),
        ({"balancer": {**BALANCER, "drain_seconds": 3601}}, "drain_seconds: 3601"),
        ({"balancer": {**BALANCER, "idle_seconds": 0}}, "idle_seconds: 0"),
        ({"balancer": {**BALANCER, "tls_policy": "ELBSecurityPolicy-2016-08"}}, "tls_policy: 'ELBSecurityPolicy-2016-08'"),
        ({"balancer": {**BALANCER, "tls_policy": "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"}}, "tls_policy"),
        ({"balancer": BALANCER, "network": {"cidr": "10.20.0.0/16", "zones": ["a"]}}, "two zones"),
        ({"balancer": BALANCER, "project": "a-very-long-project"}, "would have 'a-very-long-project-production-app'"),
        ({"balancer": BALANCER, "project": "internal-diary"}, "internal-"),
    ],
)
def test_what_cannot_be_is_named_and_refused(changed: dict[str, Any], named: str) -> None:
    given_hosts = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}
    with pytest.raises(SpecError, match=named):
        declaration.read(given(**{"hosts": given_hosts, "database": None, "cache": None, **changed}), "production", ACCOUNT, REGION, {})


def test_no_host_can_be_called_as_it() -> None:
    hosts = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}, "lb1": {"role": "balancer", "type": "t4g.small", "zone": "a"}}
    with pytest.raises(SpecError, match="no host can have the role balancer"):
        environment(balancer=BALANCER, hosts=hosts)


def let_in(name: str, **declared: Any) -> list[tuple[int, Any]]:
    (found,) = (one for one in packets.declared(environment(**declared)) if one.resource.name == f"echodiary-production-{name}")
    return [(rule["port"], rule["with"]) for rule in found.fields["in"]]


def test_it_is_the_edge_of_hosts_and_the_world_is_its_own() -> None:
    mine = Ref("security_group", "echodiary-production-balancer")
    assert (80, mine) in let_in("app", balancer=BALANCER) and (80, "0.0.0.0/0") not in let_in("app", balancer=BALANCER)
    assert (80, "0.0.0.0/0") in let_in("app")
    assert let_in("balancer", balancer=BALANCER) == [(80, "0.0.0.0/0"), (443, "0.0.0.0/0")]


def test_nobody_comes_past_it() -> None:
    past = {"app": [{"port": 80, "protocol": "tcp", "address": "*", "from": ["any"], "for": "users"}]}
    env = environment(past)
    guards.check(env, run.wanted(env))
    env = environment(past, balancer=BALANCER)
    with pytest.raises(SpecError, match=r"port 80 would be open to the world.*open-to-the-world"):
        guards.check(env, run.wanted(env))


def zone(name: str, private: bool = False) -> dict[str, Any]:
    return {"get_hosted_zone": {"HostedZone": {"Name": name, "Config": {"PrivateZone": private}}}}


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"get_hosted_zone": {}}, "there is no hosted zone Z0123456789ABC"),
        (zone("example.org."), "diary.example.com is not within example.org"),
        (zone("ry.example.com."), "is not within"),
        (zone("example.com.", private=True), "is private"),
    ],
)
def test_a_zone_that_cannot_hold_its_records_is_refused(answers: dict[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=why):
        balancers.check_zone(account(**answers), environment(balancer=BALANCER))


def test_a_zone_of_the_domain_itself_or_above_it_fits() -> None:
    for name in ("example.com.", "diary.example.com."):
        balancers.check_zone(account(**zone(name)), environment(balancer=BALANCER))
    balancers.check_zone(account(), environment())
