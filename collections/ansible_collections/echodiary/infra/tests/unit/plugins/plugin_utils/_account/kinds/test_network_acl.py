# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import network_acl

from ..answers import account
from ..example import environment
from .asked import goal, named, through

EVERYTHING: dict[str, Any] = {"number": 100, "action": "allow", "protocol": "-1", "with": "0.0.0.0/0"}
FIELDS: dict[str, Any] = {"in": [EVERYTHING], "out": [EVERYTHING], "taken_out": []}


def entry(number: int, out: bool = False, **more: Any) -> dict[str, Any]:
    return {"RuleNumber": number, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": out, **more}


def acl(identity: str, default: bool, *entries: dict[str, Any], subnet: str = "subnet-1") -> dict[str, Any]:
    places = [{"SubnetId": subnet, "NetworkAclAssociationId": "aclassoc-1"}]
    return {"NetworkAclId": identity, "IsDefault": default, "Entries": list(entries), "Associations": places}


def seen(*acls: dict[str, Any]) -> list[Any]:
    env = environment()
    vpc = {"VpcId": "vpc-1", "CidrBlock": "10.20.0.0/16", "Tags": [{"Key": "Name", "Value": env.prefix}]}
    return list(network_acl.observe(account(describe_vpcs={"Vpcs": [vpc]}, describe_network_acls={"NetworkAcls": list(acls)}), env))


def test_rules_are_read_but_for_the_last_one() -> None:
    https = entry(90, out=True, Protocol="6", PortRange={"From": 443, "To": 443})
    (found,) = seen(acl("acl-1", True, entry(100), entry(32767, RuleAction="deny"), https, entry(32767, True, RuleAction="deny")))
    assert found.fields["in"] == [EVERYTHING] and found.fields["taken_out"] == []
    assert found.fields["out"] == [{**EVERYTHING, "number": 90, "protocol": "6", "ports": [443, 443]}]


def test_a_subnet_of_another_list_comes_back() -> None:
    (found,) = seen(acl("acl-1", True), acl("acl-2", False, subnet="subnet-2"))
    taken = [{"subnet": "subnet-2", "to": "acl-2"}]
    assert found.fields["taken_out"] == taken
    calls = through(
        network_acl.hands(goal(FIELDS, {**FIELDS, "taken_out": taken}, "acl-1")),
        {"NetworkAcls": [acl("acl-2", False, subnet="subnet-2")]},
    )
    assert named(calls) == ["describe_network_acls", "replace_network_acl_association"]
    assert calls[1].args == {"AssociationId": "aclassoc-1", "NetworkAclId": "acl-1"}
    back = through(
        network_acl.hands(goal({**FIELDS, "taken_out": taken}, FIELDS, "acl-1")), {"NetworkAcls": [acl("acl-1", True, subnet="subnet-2")]}
    )
    assert back[1].args == {"AssociationId": "aclassoc-1", "NetworkAclId": "acl-2"}


def test_what_lets_through_comes_before_what_goes() -> None:
    denied = {**EVERYTHING, "number": 50, "action": "deny"}
    before = {**FIELDS, "in": [denied], "out": [{**EVERYTHING, "protocol": "6", "ports": [443, 443]}]}
    calls = through(network_acl.hands(goal(FIELDS, before, "acl-1")))
    assert named(calls) == ["create_network_acl_entry", "delete_network_acl_entry", "replace_network_acl_entry"]
    assert calls[1].args == {"NetworkAclId": "acl-1", "Egress": False, "RuleNumber": 50}
    back = through(network_acl.hands(goal(before, FIELDS, "acl-1")))
    assert back[2].args["PortRange"] == {"From": 443, "To": 443}
