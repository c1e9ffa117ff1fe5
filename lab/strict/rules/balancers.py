# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers of applications, their listeners and target groups: what AWS refuses, and how long it takes. Whether a target is healthy
is ``targets.py``'s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.elbv2.ssl_policies import SSL_POLICIES

from ..errors import RefusedError
from . import Asked, after, before, certificates, instead
from .network import refuse_dependency, zones_of

SERVICE = "elasticloadbalancing"
#: what AWS tells of one that nobody has changed
ATTRIBUTES = {
    "access_logs.s3.enabled": "false", "access_logs.s3.bucket": "", "access_logs.s3.prefix": "", "connection_logs.s3.enabled": "false",
    "client_keep_alive.seconds": "3600", "deletion_protection.enabled": "false", "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true", "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false", "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false", "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append", "routing.http2.enabled": "true", "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}  # fmt: skip
#: of a listener; the first is of TCP's alone, and moto's
LISTENER_ATTRIBUTES = frozenset({"tcp.idle_timeout.seconds"})


def balancers(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = asked.backend("elbv2").load_balancers
    return found


def listeners(asked: Asked) -> Iterator[tuple[Any, Any]]:
    """Each with its load balancer."""
    for balancer in balancers(asked).values():
        for listener in balancer.listeners.values():
            yield balancer, listener


def busy_name(arn: str) -> str:
    return f"balancer:{arn}"


# --- load balancers


@before(f"{SERVICE}:CreateLoadBalancer", f"{SERVICE}:SetSubnets")
def two_zones(asked: Asked) -> None:
    subnets = [*asked.get("Subnets", ()), *(one["SubnetId"] for one in asked.get("SubnetMappings", ()))]
    if asked.get("Type", "application") != "application":
        return
    zones = zones_of(asked, subnets)
    if len(zones) < min(len(set(subnets)), 2) or len(subnets) > len(zones):
        message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        raise RefusedError("InvalidConfigurationRequest", message)
    if len(zones) < 2:
        raise RefusedError("ValidationError", "At least two subnets in two different Availability Zones must be specified")


@before(f"{SERVICE}:CreateLoadBalancer")
def a_way_to_the_world(asked: Asked) -> None:
    ec2 = asked.backend("ec2")
    networks = {subnet.vpc_id for zone in ec2.subnets.values() for name, subnet in zone.items() if name in asked.get("Subnets", ())}
    joined = {gateway.vpc.id for gateway in ec2.internet_gateways.values() if gateway.vpc is not None}
    lonely = sorted(networks - joined)
    if lonely and asked.get("Scheme", "internet-facing") == "internet-facing":
        raise RefusedError("InvalidSubnet", f"VPC {lonely[0]} has no internet gateway")


@before(f"{SERVICE}:CreateLoadBalancer", f"{SERVICE}:SetSecurityGroups")
def groups_exist(asked: Asked) -> None:
    known = {name for groups in asked.backend("ec2").groups.values() for name in groups}
    strangers = sorted(set(asked.get("SecurityGroups", ())) - known)
    if strangers:
        raise RefusedError("InvalidSecurityGroup", f"One or more security groups are invalid: {', '.join(strangers)}")


@before(f"{SERVICE}:CreateLoadBalancer")
def one_of_a_name(asked: Asked) -> None:
    """AWS takes one of the same settings for the same: nobody here asks for that, so it is refused as well."""
    name = str(asked.get("Name"))
    if len(name) > 32 or name.startswith("internal-"):
        raise RefusedError("ValidationError", f"The load balancer name '{name}' is not valid")
    if any(one.name == name for one in balancers(asked).values()):
        raise RefusedError("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with different settings")


@after(f"{SERVICE}:CreateLoadBalancer")
def is_provisioned(asked: Asked, answer: dict[str, Any]) -> None:
    made = balancers(asked)[answer["LoadBalancers"][0]["LoadBalancerArn"]]
    made.attrs = {**ATTRIBUTES, **{name: value for name, value in made.attrs.items() if value == "true"}}
    made.security_groups = list(made.security_groups or ())
    asked.memory.begin(busy_name(made.arn), "provisioning")


@after(f"{SERVICE}:DescribeLoadBalancers")
def is_provisioning(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    for one in answer.get("LoadBalancers", ()):
        busy = asked.memory.busy.get(busy_name(one["LoadBalancerArn"]))
        one["State"] = {"Code": (busy.look() if busy else None) or "active"}
    return answer


@before(f"{SERVICE}:DeleteLoadBalancer")
def not_while_protected(asked: Asked) -> None:
    arn = str(asked.get("LoadBalancerArn"))
    found = balancers(asked).get(arn)
    if found is None:
        return  # AWS calls that done
    if found.attrs.get("deletion_protection.enabled") == "true":
        message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise RefusedError("OperationNotPermitted", message)
    _interfaces_linger(asked, found)
    for listener in found.listeners.values():
        released(asked, found.arn, listener.certificates)


def _interfaces_linger(asked: Asked, balancer: Any) -> None:
    places = [*balancer.security_groups, *(subnet.id for subnet in balancer.subnets)]
    asked.memory.late[f"elb-interfaces {_tail(balancer.arn)} {' '.join(places)}"] = asked.memory.settings.elb_lag


def _tail(arn: str) -> str:
    """``app/name/0123…``"""
    return arn.partition(":loadbalancer/")[2]


@instead("ec2:DescribeNetworkInterfaces")
def interfaces(asked: Asked) -> dict[str, Any] | None:
    """Of load balancers, whose description names them; moto has none of these."""
    meant = [value for one in asked.get("Filters", ()) if one.get("Name") == "description" for value in one.get("Values", ())]
    if not any(value.startswith("ELB ") for value in meant):
        return None
    there = [_tail(arn) for arn in balancers(asked)]
    late = [name for name in asked.memory.late if name.startswith("elb-interfaces ")]
    there += [name.split()[1] for name in late if f"ELB {name.split()[1]}" in meant and asked.memory.missed(name)]
    return {"NetworkInterfaces": [_interface(one) for one in there if f"ELB {one}" in meant]}


def _interface(tail: str) -> dict[str, Any]:
    return {"NetworkInterfaceId": f"eni-{tail.rpartition('/')[2][:17]:0<17}", "Description": f"ELB {tail}", "Status": "in-use"}


@before("ec2:DeleteSecurityGroup", "ec2:DeleteSubnet")
def interfaces_are_left(asked: Asked) -> None:
    meant = str(asked.get("GroupId") or asked.get("SubnetId"))
    if any(left > 0 and meant in name.split() for name, left in asked.memory.late.items() if name.startswith("elb-interfaces ")):
        refuse_dependency(meant)


# --- listeners


@before(f"{SERVICE}:CreateListener")
def one_of_a_port(asked: Asked) -> None:
    found = balancers(asked).get(str(asked.get("LoadBalancerArn")))
    if found is not None and any(str(one.port) == str(asked.get("Port")) for one in found.listeners.values()):
        raise RefusedError("DuplicateListener", "A listener already exists on this port for this load balancer")


@after(f"{SERVICE}:CreateListener")
def its_rule_has_a_name(asked: Asked, answer: dict[str, Any]) -> None:
    """moto calls it by a number of Python's."""
    made = [one["ListenerArn"] for one in answer["Listeners"]]
    for _, listener in listeners(asked):
        if listener.arn in made:
            listener._default_rule[0].arn = f"{listener.arn.replace(':listener/', ':listener-rule/')}/{listener.arn.rpartition('/')[2]}"


@after(f"{SERVICE}:CreateListener", f"{SERVICE}:ModifyListener", f"{SERVICE}:DescribeListeners")
def default_certificate_alone(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    """The others are told by DescribeListenerCertificates."""
    return {**answer, "Listeners": [{**one, "Certificates": one.get("Certificates", [])[:1]} for one in answer.get("Listeners", ())]}


@before(f"{SERVICE}:CreateListener", f"{SERVICE}:ModifyListener")
def certificate_fits(asked: Asked) -> None:
    is_new, protocol = asked.call.name == "CreateListener", asked.get("Protocol")
    shown = [one.get("CertificateArn") for one in asked.get("Certificates", ())]
    if protocol == "HTTPS" and is_new and not shown:
        raise RefusedError("ValidationError", "A certificate must be specified for HTTPS listeners")
    if protocol == "HTTP" and (shown or asked.get("SslPolicy")):
        raise RefusedError("InvalidConfigurationRequest", "Certificates and security policies cannot be specified for HTTP listeners")
    if len(shown) > 1:
        raise RefusedError("ValidationError", "Up to one certificate can be specified, but '2' were specified")
    if asked.get("SslPolicy") and asked.get("SslPolicy") not in SSL_POLICIES:
        raise RefusedError("SSLPolicyNotFound", f"SSL policy '{asked.get('SslPolicy')}' not found")
    for arn in shown:
        _usable(asked, str(arn))


@before(f"{SERVICE}:AddListenerCertificates")
def further_certificates_fit(asked: Asked) -> None:
    for one in asked.get("Certificates", ()):
        _usable(asked, str(one.get("CertificateArn")))


def _usable(asked: Asked, arn: str) -> None:
    """AWS's words for one that is not issued say other things than that."""
    found = certificates.certificates(asked).get(arn)
    if found is None and ":acm:" in arn:
        raise RefusedError("CertificateNotFound", f"Certificate '{arn}' not found")
    if found is not None and found.status != "ISSUED":
        why = "must have a fully-qualified domain name, a supported signature, and a supported key size."
        raise RefusedError("UnsupportedCertificate", f"The certificate '{arn}' {why}")


@before(f"{SERVICE}:CreateListener", f"{SERVICE}:ModifyListener", f"{SERVICE}:CreateRule")
def groups_fit(asked: Asked) -> None:
    balancer = _balancer_of(asked)
    for arn in _asked_groups(asked):
        group = asked.backend("elbv2").target_groups.get(arn)
        if group is None:
            raise RefusedError("TargetGroupNotFound", f"Target groups '{arn}' not found")
        if balancer is None:
            continue
        if balancer.type == "application" and group.protocol not in ("HTTP", "HTTPS"):
            raise RefusedError("IncompatibleProtocols", f"The protocol of target group '{arn}' is not compatible with the listener's")
        if group.vpc_id != balancer.vpc_id:
            raise RefusedError("InvalidConfigurationRequest", f"The target group '{arn}' is not in the VPC of the load balancer")
        if set(_users(asked, arn)) - {balancer.arn}:
            message = f"The following target groups cannot be associated with more than one load balancer: {arn}"
            raise RefusedError("TargetGroupAssociationLimit", message)


def _balancer_of(asked: Asked) -> Any:
    if asked.get("LoadBalancerArn"):
        return balancers(asked).get(str(asked.get("LoadBalancerArn")))
    return next((balancer for balancer, one in listeners(asked) if one.arn == asked.get("ListenerArn")), None)


def _asked_groups(asked: Asked) -> Iterator[str]:
    for action in (*asked.get("DefaultActions", ()), *asked.get("Actions", ())):
        yield from _groups(action)


def _groups(action: dict[str, Any]) -> Iterator[str]:
    if action.get("TargetGroupArn"):
        yield str(action["TargetGroupArn"])
    yield from (str(one["TargetGroupArn"]) for one in (action.get("ForwardConfig") or {}).get("TargetGroups", ()))


def _users(asked: Asked, group: str) -> Iterator[str]:
    for balancer, listener in listeners(asked):
        for rule in listener.rules.values():
            if any(group in _groups(action.data) for action in rule.actions):
                yield balancer.arn


@after(f"{SERVICE}:DescribeListenerAttributes", f"{SERVICE}:ModifyListenerAttributes")
def of_an_application(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    return {"Attributes": [one for one in answer.get("Attributes", ()) if one["Key"] not in LISTENER_ATTRIBUTES]}


@before(f"{SERVICE}:DeleteListener", f"{SERVICE}:ModifyListener")
def certificate_is_released(asked: Asked) -> None:
    for balancer, listener in listeners(asked):
        if listener.arn == asked.get("ListenerArn"):
            shown = [one.get("CertificateArn") for one in asked.get("Certificates", ())]
            released(asked, balancer.arn, [one for one in listener.certificates if one not in shown])


def released(asked: Asked, balancer: str, certificates: list[str]) -> None:
    """ACM hears of it later."""
    for one in certificates:
        asked.memory.late[f"acm-use {one} {balancer}"] = asked.memory.settings.elb_lag


@before(f"{SERVICE}:RemoveListenerCertificates")
def default_certificate_stays(asked: Asked) -> None:
    given = {one.get("CertificateArn") for one in asked.get("Certificates", ())}
    if any(one.certificate in given for _, one in listeners(asked) if one.arn == asked.get("ListenerArn")):
        raise RefusedError("OperationNotPermitted", "Default certificate cannot be removed")


# --- target groups


@before(f"{SERVICE}:RegisterTargets")
def targets_stand_in_its_network(asked: Asked) -> None:
    group = asked.backend("elbv2").target_groups.get(asked.get("TargetGroupArn"))
    for one in asked.get("Targets", ()) if group is not None and group.target_type == "instance" else ():
        found = asked.backend("ec2").get_instance_by_id(one["Id"])
        if found is None:
            raise RefusedError("InvalidTarget", f"The following targets are not registered: {one['Id']}")
        if found.vpc_id != group.vpc_id:
            message = f"The following targets are not in the target group VPC '{group.vpc_id}': '{one['Id']}'"
            raise RefusedError("InvalidTarget", message)


# --- what moto does not keep up to date


@after(f"{SERVICE}:*", "ec2:TerminateInstances")
def tidied(asked: Asked, answer: dict[str, Any]) -> None:
    """Who uses a group or a certificate, and what tags are of."""
    if not asked.call.write:
        return
    backend = asked.backend("elbv2")
    for group in backend.target_groups.values():
        group.load_balancer_arns = sorted(set(_users(asked, group.arn)))
    for certificate in asked.backend("acm")._certificates.values():
        certificate.in_use_by = sorted({balancer.arn for balancer, one in listeners(asked) if certificate.arn in one.certificates})
    known = {*backend.target_groups, *balancers(asked), *(one.arn for _, one in listeners(asked))}
    rules = {rule for _, one in listeners(asked) for rule in one.rules}
    for arn in [one for one in backend.tagging_service.tags if one not in known | rules]:
        backend.tagging_service.delete_all_tags_for_resource(arn)
