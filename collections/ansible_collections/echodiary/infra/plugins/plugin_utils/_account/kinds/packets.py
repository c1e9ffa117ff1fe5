# SPDX-License-Identifier: GPL-3.0-or-later
"""What a security group lets through: made of what the components of a role listen on, and for whom. Hosts alone ask database and cache,
which ask nobody. Where there is a load balancer it is the edge of hosts: the world asks it, and it alone asks them.

The group that AWS makes with a network lets nothing through: whoever is put into no group by mistake reaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..._firewall import peers
from .. import balancers, model
from ..declaration import WORLD
from . import security_group

if TYPE_CHECKING:
    from ....module_utils._kinds.documents import ListenSpec
    from ..aws import Aws
    from ..balancers import Balancer
    from ..declaration import Environment

NAME = "packets"
EFFECT: model.Effects = {}
KEPT = False
#: with which they go
PART_OF = security_group.NAME
EVENTS = "ec2"
READS: model.Rights = ("ec2:DescribeSecurityGroups",)
WRITES: model.Rights = (
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupEgress",
)
#: ``with``: a network, or the id of a group
Rule = dict[str, "model.Json | model.Ref"]
#: whatever protocol, as AWS writes it
_ANY = "-1"


def declared(env: Environment) -> Iterator[model.Wanted]:
    for role in env.roles:
        let_in = _without_repeats(rule for socket in env.listens.get(role, ()) for rule in _rules(socket, env))
        yield model.Wanted(model.Resource(NAME, env.called(role)), {"in": let_in, "out": [_rule(_ANY, None, WORLD)]})
    for store, port in env.stores.items():
        asked_by = [_rule("tcp", port, model.Ref(security_group.NAME, env.called(role))) for role in env.roles]
        yield model.Wanted(model.Resource(NAME, env.called(store)), {"in": asked_by, "out": []})
    if env.declared["balancer"]:
        yield _of_balancer(env, env.declared["balancer"])
    yield model.Wanted(model.Resource(NAME, security_group.DEFAULT), {"in": [], "out": []})


def _of_balancer(env: Environment, balancer: Balancer) -> model.Wanted:
    """The world asks it, and it asks the hosts."""
    hosts = model.Ref(security_group.NAME, env.called(balancer["role"]))
    let_in = [_rule("tcp", port, WORLD) for port in (balancers.HTTP, balancers.HTTPS)]
    fields = {"in": let_in, "out": [_rule("tcp", balancer["port"], hosts)]}
    return model.Wanted(model.Resource(NAME, env.called(security_group.BALANCER)), fields)


def _rules(socket: ListenSpec, env: Environment) -> Iterator[Rule]:
    if socket["address"].startswith(("127.", "::1")):
        return
    for who in socket["from"]:
        for source in _sources(who, env):
            yield _rule(socket["protocol"], socket["port"], source)


def _sources(who: str, env: Environment) -> list[str | model.Ref]:
    """``who``: a word of ``listens``, a role, or a network that people named."""
    if who == "edge" and env.declared["balancer"]:
        return [model.Ref(security_group.NAME, env.called(security_group.BALANCER))]
    if who in ("edge", peers.ANYWHERE):
        return [WORLD]
    if who == "operators":
        return [*env.ssh_from]
    if who in env.roles:
        return [model.Ref(security_group.NAME, env.called(who))]
    network = peers.literal(who)
    return [str(network)] if network else []


def _rule(protocol: str, port: int | None, other: str | model.Ref) -> Rule:
    return {"protocol": protocol, "port": port, "with": other}


def _without_repeats(rules: Iterator[Rule]) -> list[Rule]:
    found: list[Rule] = []
    for rule in rules:
        if rule not in found:
            found.append(rule)
    return found


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in security_group.found(aws, env):
        fields = {"in": _read(one["IpPermissions"]), "out": _read(one["IpPermissionsEgress"])}
        yield model.Seen(model.Resource(NAME, one["GroupName"]), one["GroupId"], fields, ours=False)


def _read(permissions: list[Mapping[str, Any]]) -> list[model.Json]:
    return [_seen(one, other) for one in permissions for other in _others(one)]


def _seen(permission: Mapping[str, Any], other: str) -> model.Json:
    first, last = permission.get("FromPort"), permission.get("ToPort")
    port = first if first == last else f"{first}-{last}"
    return {"protocol": permission["IpProtocol"], "port": None if permission["IpProtocol"] == _ANY else port, "with": other}


def _others(permission: Mapping[str, Any]) -> list[str]:
    networks = [one["CidrIp"] for one in permission.get("IpRanges", ())] + [one["CidrIpv6"] for one in permission.get("Ipv6Ranges", ())]
    lists = [one["PrefixListId"] for one in permission.get("PrefixListIds", ())]
    return networks + lists + [one["GroupId"] for one in permission.get("UserIdGroupPairs", ())]


def hands(goal: model.Goal) -> model.Calls:
    """The module revokes what is not among them; it wants a description, and leaves the group the one that it has."""
    rules = {"rules": [_given(rule) for rule in goal.fields["in"]], "rules_egress": [_given(rule) for rule in goal.fields["out"]]}
    yield model.Module("amazon.aws.ec2_security_group", {"name": goal.name, "group_id": goal.id, "description": goal.name, **rules})


def _given(rule: Mapping[str, Any]) -> model.Json:
    other = rule["with"]
    key = "group_id" if other.startswith("sg-") else "ip_prefix" if other.startswith("pl-") else "cidr_ipv6" if ":" in other else "cidr_ip"
    return {"proto": rule["protocol"], **_ends(rule["port"]), key: [other]}


def _ends(port: int | str | None) -> dict[str, model.Json]:
    if port is None:
        return {}
    first, _, last = str(port).partition("-") if isinstance(port, str) and not port.startswith("-") else (port, "", port)
    return {"from_port": int(first), "to_port": int(last or first)}


def remove(seen: model.Seen) -> model.Calls:
    """They go with their group, which AWS lets go only when no rule of another group names it."""
    yield from hands(model.Goal(seen.resource.name, seen.id, {"in": [], "out": []}, {}, seen.fields))
