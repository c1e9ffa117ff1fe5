# SPDX-License-Identifier: GPL-3.0-or-later
"""At which ports the load balancer is asked: at 443 over TLS, where hosts answer, and at 80, where it sends everybody to 443. Whatever rule
somebody adds sends users elsewhere, and goes.

By AWS's own operations: the module of amazon.aws changes them with their load balancer, and sees nothing of what they are declared to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import balancers, model
from . import balancer as load_balancer
from . import certificate, elb, tags, target_group, validation

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "listener"
EVENTS = "elasticloadbalancing"
EFFECT: model.Effects = {"balancer": model.REPLACE}
KEPT = False
RUNS = True
#: AWS takes a certificate that is issued
AWAITS = (validation.NAME,)
READS: model.Rights = (
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeRules",
    *elb.READS,
)
WRITES: model.Rights = (
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:ModifyListenerAttributes",
    "elasticloadbalancing:RemoveListenerCertificates",
    "elasticloadbalancing:DeleteRule",
    "elasticloadbalancing:DeleteListener",
    *elb.WRITES,
)
_HSTS = "routing.http.response.strict_transport_security.header_value"
_ATTRIBUTES = {"hsts": _HSTS}
_CHANGED = ("protocol", "tls_policy", "certificate", "answers")
_ELSEWHERE = {"Protocol": "HTTPS", "Port": str(balancers.HTTPS), "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
_REDIRECT = [{"Type": "redirect", "RedirectConfig": {**_ELSEWHERE, "StatusCode": "HTTP_301"}}]


def called(env: Environment, port: int) -> str:
    return env.called(str(port))


def declared(env: Environment) -> Iterator[model.Wanted]:
    balancer = env.declared["balancer"]
    if not balancer:
        return
    its = model.Ref(load_balancer.NAME, env.prefix)
    shows = model.Ref(certificate.NAME, certificate.called(balancer))
    asks = [{"Type": "forward", "TargetGroupArn": model.Ref(target_group.NAME, target_group.called(env, balancer))}]
    age = balancer["hsts_max_age"]
    safe = {"protocol": "HTTPS", "tls_policy": balancer["tls_policy"], "certificate": shows, "hsts": f"max-age={age}" if age else None}
    plain = {"protocol": "HTTP", "tls_policy": None, "certificate": None, "hsts": None}
    proved = {"proved": [model.Ref(validation.NAME, name) for name in balancers.names(balancer)]}
    for port, how, answers, once in ((balancers.HTTPS, safe, asks, proved), (balancers.HTTP, plain, _REDIRECT, {})):
        name = called(env, port)
        fields = {"balancer": its, **how, "answers": answers, "other_certificates": [], "rules": [], "tags": env.tags(name)}
        yield model.Wanted(model.Resource(NAME, name), fields, {"port": port, **once})


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    """Of the environment's load balancers: whoever adds one there has added it here."""
    for one, given in load_balancer.found(aws, env):
        every = aws.find("elbv2", "describe_listeners", "Listeners[]", LoadBalancerArn=one["LoadBalancerArn"])
        mine = elb.tagged(aws, [listener["ListenerArn"] for listener in every])
        for listener in every:
            its = mine.get(listener["ListenerArn"], {})
            ours = tags.are_ours(its, env) or tags.are_ours(given, env)
            fields = {**_seen(aws, listener), "tags": tags.compared(its, env)}
            name = f"{one['LoadBalancerName']}-{listener['Port']}"
            yield model.Seen(model.Resource(NAME, name), listener["ListenerArn"], fields, ours)


def _seen(aws: Aws, one: Mapping[str, Any]) -> dict[str, Any]:
    arn, is_safe = one["ListenerArn"], one["Protocol"] == "HTTPS"
    attributes = aws.find("elbv2", "describe_listener_attributes", "Attributes[]", ListenerArn=arn)
    rules = aws.find("elbv2", "describe_rules", "Rules[]", ListenerArn=arn)
    others = aws.find("elbv2", "describe_listener_certificates", "Certificates[]", ListenerArn=arn) if is_safe else []
    shown = [each["CertificateArn"] for each in one.get("Certificates", ())]
    return {
        "balancer": one["LoadBalancerArn"],
        "protocol": one["Protocol"],
        "tls_policy": (one.get("SslPolicy") or None) if is_safe else None,
        "certificate": next(iter(shown), None) if is_safe else None,
        "other_certificates": sorted(each["CertificateArn"] for each in others if not each.get("IsDefault")),
        "answers": [_action(each) for each in one.get("DefaultActions", ())],
        "rules": [_rule(each) for each in rules if not each.get("IsDefault")],
        "hsts": elb.read(attributes, _ATTRIBUTES)["hsts"] or None,
    }


def _action(one: Mapping[str, Any]) -> dict[str, Any]:
    """As it is declared, where it says no more: AWS tells what it adds by itself."""
    found = {key: value for key, value in one.items() if key != "Order"}
    groups = (one.get("ForwardConfig") or {}).get("TargetGroups", [])
    sticky = ((one.get("ForwardConfig") or {}).get("TargetGroupStickinessConfig") or {}).get("Enabled", False)
    if len(groups) == 1 and not sticky:
        return {"Type": one["Type"], "TargetGroupArn": groups[0]["TargetGroupArn"]}
    return {key: value for key, value in found.items() if key != "TargetGroupArn"} if groups else found


def _rule(one: Mapping[str, Any]) -> dict[str, Any]:
    asked = [f"{each['Field']}={','.join(_values(each))}" for each in one.get("Conditions", ())]
    return {"priority": one["Priority"], "if": " and ".join(asked), "then": ",".join(each["Type"] for each in one["Actions"])}


def _values(condition: Mapping[str, Any]) -> list[str]:
    """Wherever AWS tells them: under a name for each sort."""
    parts = [condition, *(value for value in condition.values() if isinstance(value, Mapping))]
    return list(dict.fromkeys(str(one) for part in parts for one in part.get("Values", ())))


def hands(goal: model.Goal) -> model.Calls:
    arn = goal.id
    if not arn:
        what = {"LoadBalancerArn": goal.fields["balancer"], "Port": goal.once["port"], "Tags": tags.written(goal.fields["tags"])}
        made = yield model.Api("elbv2", "create_listener", {**what, **_given(goal)})
        found: Any = made["Listeners"]
        arn = found[0]["ListenerArn"]
    else:
        yield from _changed(goal)
    attributes = elb.written(goal, _ATTRIBUTES)
    if attributes:
        yield model.Api("elbv2", "modify_listener_attributes", {"ListenerArn": arn, "Attributes": attributes})


def _given(goal: model.Goal) -> dict[str, Any]:
    how = {"Protocol": goal.fields["protocol"], "DefaultActions": goal.fields["answers"]}
    if not goal.fields["certificate"]:
        return how
    return {**how, "SslPolicy": goal.fields["tls_policy"], "Certificates": [{"CertificateArn": goal.fields["certificate"]}]}


def _changed(goal: model.Goal) -> model.Calls:
    if goal.differs(*_CHANGED):
        yield model.Api("elbv2", "modify_listener", {"ListenerArn": goal.id, **_given(goal)})
    strangers = sorted(set(goal.before["other_certificates"]) - set(goal.fields["other_certificates"]))
    if strangers:
        given = [{"CertificateArn": one} for one in strangers]
        yield model.Api("elbv2", "remove_listener_certificates", {"ListenerArn": goal.id, "Certificates": given})
    if goal.differs("rules") and not goal.fields["rules"]:
        answer = yield model.Api("elbv2", "describe_rules", {"ListenerArn": goal.id})
        every: Any = answer["Rules"]
        for one in every:
            if not one.get("IsDefault"):
                yield model.Api("elbv2", "delete_rule", {"RuleArn": one["RuleArn"]})
    if goal.differs("tags"):
        yield elb.given(goal)


def remove(seen: model.Seen) -> model.Calls:
    yield model.Api("elbv2", "delete_listener", {"ListenerArn": seen.id})
