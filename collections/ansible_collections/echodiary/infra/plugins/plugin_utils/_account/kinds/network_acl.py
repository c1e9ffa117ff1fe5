# SPDX-License-Identifier: GPL-3.0-or-later
"""The list by which a network lets packets through before any security group is asked. AWS makes one with the network, which lets through
everything, and gives it to every subnet: so it stays. Another list is somebody's own: subnets that are in one (``taken_out``) come back.

Changed by AWS's own operations: the module takes rules away before it gives others, and nothing gets through in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from ..declaration import WORLD
from . import vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "network_acl"
EFFECT: model.Effects = {}
KEPT = False
#: with which it goes
PART_OF = vpc.NAME
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeNetworkAcls",)
WRITES: model.Rights = (
    "ec2:CreateNetworkAclEntry",
    "ec2:ReplaceNetworkAclEntry",
    "ec2:DeleteNetworkAclEntry",
    "ec2:ReplaceNetworkAclAssociation",
)
#: the last rule of every list, which nobody can change, and its fellow for IPv6
_LAST = (32767, 32768)
_EVERYTHING = {"number": 100, "action": "allow", "protocol": "-1", "with": WORLD}
#: field -> whether its rules are those for what goes out
_SIDES = {"in": False, "out": True}


def declared(env: Environment) -> Iterator[model.Wanted]:
    fields = {"in": [dict(_EVERYTHING)], "out": [dict(_EVERYTHING)], "taken_out": []}
    yield model.Wanted(model.Resource(NAME, env.prefix), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    filters = vpc.within(aws, env)
    if not filters:
        return
    every = aws.find("ec2", "describe_network_acls", "NetworkAcls[]", Filters=filters)
    elsewhere = [_place(one, place) for one in every for place in one["Associations"] if not one["IsDefault"]]
    for one in every:
        if one["IsDefault"]:
            rules = {field: [_read(rule) for rule in one["Entries"] if _is_of(rule, out)] for field, out in _SIDES.items()}
            yield model.Seen(model.Resource(NAME, env.prefix), one["NetworkAclId"], {**rules, "taken_out": elsewhere}, ours=False)


def _place(one: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, str]:
    return {"subnet": place["SubnetId"], "to": one["NetworkAclId"]}


def _is_of(rule: Mapping[str, Any], out: bool) -> bool:
    return rule["Egress"] == out and rule["RuleNumber"] not in _LAST


def _read(rule: Mapping[str, Any]) -> dict[str, Any]:
    ports, icmp = rule.get("PortRange"), rule.get("IcmpTypeCode")
    some = {"ports": [ports["From"], ports["To"]] if ports else None, "icmp": [icmp["Type"], icmp["Code"]] if icmp else None}
    found = {"number": rule["RuleNumber"], "action": rule["RuleAction"], "protocol": rule["Protocol"]}
    return {**found, "with": rule.get("CidrBlock") or rule.get("Ipv6CidrBlock"), **{key: one for key, one in some.items() if one}}


def hands(goal: model.Goal) -> model.Calls:
    """What lets through comes before what goes."""
    for field, out in _SIDES.items():
        before, after = ({rule["number"]: rule for rule in rules} for rules in (goal.before.get(field, ()), goal.fields[field]))
        for number in sorted(after):
            if before.get(number) != after[number]:
                word = "replace" if number in before else "create"
                yield model.Api("ec2", f"{word}_network_acl_entry", _entry(goal.id, out, after[number]))
        for number in sorted(set(before) - set(after)):
            yield model.Api("ec2", "delete_network_acl_entry", {"NetworkAclId": goal.id, "Egress": out, "RuleNumber": number})
    was, shall_be = ({one["subnet"]: one["to"] for one in fields.get("taken_out", ())} for fields in (goal.before, goal.fields))
    for one in sorted({*was, *shall_be}):
        if was.get(one) != shall_be.get(one):
            yield from _given(shall_be.get(one, goal.id), one)


def _entry(acl: str, out: bool, rule: Mapping[str, Any]) -> dict[str, Any]:
    network = "Ipv6CidrBlock" if ":" in rule["with"] else "CidrBlock"
    what = {"RuleNumber": rule["number"], "RuleAction": rule["action"], "Protocol": rule["protocol"], network: rule["with"]}
    ports = {"PortRange": dict(zip(("From", "To"), rule["ports"], strict=True))} if rule.get("ports") else {}
    icmp = {"IcmpTypeCode": dict(zip(("Type", "Code"), rule["icmp"], strict=True))} if rule.get("icmp") else {}
    return {"NetworkAclId": acl, "Egress": out, **what, **ports, **icmp}


def _given(acl: str, one: str) -> model.Calls:
    filters = [{"Name": "association.subnet-id", "Values": [one]}]
    answer = yield model.Api("ec2", "describe_network_acls", {"Filters": filters})
    for place in (place for found in answer["NetworkAcls"] for place in found["Associations"] if place["SubnetId"] == one):
        where = {"AssociationId": place["NetworkAclAssociationId"], "NetworkAclId": acl}
        yield model.Api("ec2", "replace_network_acl_association", where)


def remove(seen: model.Seen) -> model.Calls:
    """It goes with its network."""
    yield from ()
