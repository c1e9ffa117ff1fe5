# SPDX-License-Identifier: GPL-3.0-or-later
"""What the owner's zone answers for a name: the load balancer, and nothing beside it. A record that led elsewhere goes at the same moment
in which this one comes, so the name leads somewhere all the while.

Records bear no tags: one is the environment's as long as it leads to its load balancer.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..._common.errors import SpecError
from .. import balancers, model
from . import balancer as load_balancer
from . import zone

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment
    from ..model import Answer, Call

NAME = "record"
EVENTS = "route53"
EFFECT: model.Effects = {"zone": model.REPLACE}
KEPT = False
READS: model.Rights = (*zone.READS, "route53:ListHostedZones", "elasticloadbalancing:DescribeLoadBalancers")
WRITES: model.Rights = (*zone.WRITES, "elasticloadbalancing:DescribeLoadBalancers")
#: what leads a name anywhere
_LEADING = ("A", "AAAA", "CNAME")
_ALIAS = "alias"


def declared(env: Environment) -> Iterator[model.Wanted]:
    for where, name in _declared(env):
        fields = {"zone": where, "leads": {"A": model.Ref(load_balancer.NAME, env.prefix)}}
        yield model.Wanted(model.Resource(NAME, name), fields)


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Of what is declared. Of what nobody declares any more, what leads to a load balancer of ours in the zones of the account."""
    known = {one["DNSName"].lower(): one["LoadBalancerArn"] for one, _ in load_balancer.found(aws, env)}
    for where, name in dict.fromkeys([*_declared(env), *_left(aws, env, known)]):
        every = [one for one in zone.records(aws, where, name) if one["Type"] in _LEADING]
        if any("SetIdentifier" in one for one in every):
            raise SpecError(
                f"{NAME}:{name}: the zone {where} answers for it by weight or place (SetIdentifier), which nothing here declares: "
                "delete these records, or declare another name"
            )
        if every:
            leads = {one["Type"]: _text(one, known) for one in every}
            ours = any(arn in leads.values() for arn in known.values())
            yield model.Seen(model.Resource(NAME, name), f"{name}/{where}", {"zone": where, "leads": leads}, ours)


def _declared(env: Environment) -> list[tuple[str, str]]:
    """Zone and name."""
    balancer = env.declared["balancer"]
    return [(balancer["zone_id"], name) for name in balancers.names(balancer)] if balancer else []


def _left(aws: Aws, env: Environment, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where there is a load balancer: in the zone that is declared, else in all of the account's."""
    balancer = env.declared["balancer"]
    if not known:
        return
    zones = [balancer["zone_id"]] if balancer else _zones(aws)
    for where in zones:
        for one in zone.every(aws, where):
            if "AliasTarget" in one and _bare(one["AliasTarget"]["DNSName"]) in known:
                yield where, one["Name"].rstrip(".")


def _zones(aws: Aws) -> list[str]:
    return [str(one).rpartition("/")[2] for one in aws.find("route53", "list_hosted_zones", "HostedZones[?!(Config.PrivateZone)].Id")]


def _bare(name: str) -> str:
    """As the load balancer says it."""
    return name.rstrip(".").lower().removeprefix("dualstack.")


def _text(one: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """The load balancer; else all that it takes to bring it back."""
    target = one.get("AliasTarget")
    if not target:
        return " ".join([str(one.get("TTL")), *(each["Value"] for each in one.get("ResourceRecords", ()))])
    health = str(target.get("EvaluateTargetHealth", False)).lower()
    return known.get(_bare(target["DNSName"]), f"{_ALIAS} {target['HostedZoneId']} {target['DNSName'].rstrip('.')} {health}")


def hands(goal: model.Goal) -> model.Calls:
    """What AWS tells of the load balancer, and the records that stand there now: a change of one has to say it exactly."""
    arns = sorted({value for leads in (goal.fields["leads"], goal.before.get("leads", {})) for value in leads.values() if _is_ours(value)})
    told: dict[str, Any] = {}
    if arns:
        answer = yield model.Api("elbv2", "describe_load_balancers", {"LoadBalancerArns": arns})
        every: Any = answer["LoadBalancers"]
        told = {one["LoadBalancerArn"]: one for one in every}
    wanted = goal.fields["leads"]
    gone = [kind for kind in goal.before.get("leads", {}) if kind not in wanted]
    stands: list[Any] = []
    if gone:
        stands = yield from _standing(goal.fields["zone"], goal.name)
    leave = [one for one in stands if one["Type"] in gone]
    yield zone.changes(goal.fields["zone"], leave, [_record(goal.name, kind, text, told) for kind, text in wanted.items()])


def _is_ours(text: str) -> bool:
    return text.startswith("arn:")


def _standing(where: str, name: str) -> Generator[Call, Answer, list[Any]]:
    answer: Any = yield model.Api(
        "route53", "list_resource_record_sets", {"HostedZoneId": where, "StartRecordName": name, "MaxItems": "20"}
    )
    return [one for one in answer["ResourceRecordSets"] if zone.same(one["Name"], name) and one["Type"] in _LEADING]


def _record(name: str, kind: str, text: str, told: Mapping[str, Any]) -> dict[str, Any]:
    record = {"Name": name, "Type": kind}
    if _is_ours(text):
        its = told[text]
        return {**record, "AliasTarget": _alias(its["CanonicalHostedZoneId"], its["DNSName"], False)}
    first, *rest = text.split(" ")
    if first == _ALIAS:
        return {**record, "AliasTarget": _alias(rest[0], rest[1], rest[2] == "true")}
    return {**record, "TTL": int(first), "ResourceRecords": [{"Value": one} for one in rest]}


def _alias(where: str, name: str, is_asked: bool) -> dict[str, Any]:
    """``is_asked``: whether the zone looks if it answers. There is nowhere else to lead to, so it need not."""
    return {"HostedZoneId": where, "DNSName": name, "EvaluateTargetHealth": is_asked}


def remove(seen: model.Seen) -> model.Calls:
    """What leads to the load balancer, and nothing that somebody put beside it."""
    ours = [kind for kind, text in seen.fields["leads"].items() if _is_ours(text)]
    stands = yield from _standing(seen.fields["zone"], seen.resource.name)
    gone = [one for one in stands if one["Type"] in ours]
    if gone:
        yield zone.changes(seen.fields["zone"], gone, [])
