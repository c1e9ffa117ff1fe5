# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in use is not deleted: security groups, subnets, gateways, addresses, VPCs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import RefusedError
from . import Asked, after, before


def living(asked: Asked) -> Iterator[Any]:
    """Instances that are not terminated."""
    for reservation in asked.backend("ec2").reservations.values():
        yield from (instance for instance in reservation.instances if instance.state != "terminated")


def zones_of(asked: Asked, subnets: list[str]) -> set[str]:
    """The zones in which these subnets lie."""
    zones = asked.backend("ec2").subnets
    return {zone for zone, there in zones.items() if any(subnet in there for subnet in subnets)}


def refuse_dependency(what: str, dependent: str = "object") -> None:
    raise RefusedError("DependencyViolation", f"resource {what} has a dependent {dependent}")


def group_of(asked: Asked) -> Any:
    """The security group that is meant, by id or, in the default VPC, by name; None where there is none."""
    backend = asked.backend("ec2")
    if asked.get("GroupId"):
        return backend.get_security_group_from_id(asked.get("GroupId"))
    return backend.get_security_group_from_name(asked.get("GroupName"), backend.default_vpc.id) if asked.get("GroupName") else None


@before("ec2:DeleteSecurityGroup")
def default_group_stays(asked: Asked) -> None:
    group = group_of(asked)
    if group is not None and group.name == "default":
        raise RefusedError("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')


@before("ec2:DeleteSecurityGroup")
def group_in_use(asked: Asked) -> None:
    group = group_of(asked)
    if group is not None and group.id in set(_groups_worn(asked)):
        refuse_dependency(group.id)


@before("ec2:DeleteSecurityGroup")
def group_referenced(asked: Asked) -> None:
    group = group_of(asked)
    if group is not None and any(group.id in _named_in(other) for other in _groups(asked) if other.id != group.id):
        refuse_dependency(group.id)


def _groups(asked: Asked) -> Iterator[Any]:
    for groups in asked.backend("ec2").groups.values():
        yield from groups.values()


def _named_in(group: Any) -> set[str]:
    rules = (*group.ingress_rules, *group.egress_rules)
    return {str(rule.source_group.get("GroupId")) for rule in rules if rule.source_group}


def _groups_worn(asked: Asked) -> Iterator[str]:
    """Of instances, network interfaces, databases, caches and load balancers."""
    for instance in living(asked):
        yield from (group.id for group in instance.security_groups)
    for interface in asked.backend("ec2").enis.values():
        yield from (group.id for group in interface.group_set)
    for database in asked.backend("rds").databases.values():
        yield from database.vpc_security_group_ids or ()
    for name in ("replication_groups", "cache_clusters"):
        for cache in getattr(asked.backend("elasticache"), name).values():
            yield from getattr(cache, "security_group_ids", None) or ()
    for balancer in asked.backend("elbv2").load_balancers.values():
        yield from balancer.security_groups or ()


@before("ec2:DeleteSubnet")
def subnet_in_use(asked: Asked) -> None:
    subnet = str(asked.get("SubnetId"))
    if subnet in set(_subnets_lived_in(asked)):
        raise RefusedError("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted.")


def _subnets_lived_in(asked: Asked) -> Iterator[str]:
    ec2 = asked.backend("ec2")
    yield from (str(instance.subnet_id) for instance in living(asked))
    yield from (interface.subnet.id for interface in ec2.enis.values())
    yield from (gateway.subnet_id for gateway in ec2.nat_gateways.values() if gateway.state != "deleted")
    for balancer in asked.backend("elbv2").load_balancers.values():
        yield from (getattr(subnet, "id", subnet) for subnet in balancer.subnets)
    for database in asked.backend("rds").databases.values():
        yield from (subnet.id for subnet in getattr(database.db_subnet_group, "_subnets", ()))


@before("ec2:DetachInternetGateway")
def gateway_with_addresses(asked: Asked) -> None:
    vpc = str(asked.get("VpcId"))
    if any(True for _ in _mapped(asked, vpc)):
        message = f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        raise RefusedError("DependencyViolation", message)


def _mapped(asked: Asked, vpc: str) -> Iterator[str]:
    ec2 = asked.backend("ec2")
    yield from (instance.public_ip for instance in living(asked) if instance.vpc_id == vpc and instance.public_ip)
    balancers = asked.backend("elbv2").load_balancers.values()
    yield from (one.dns_name for one in balancers if one.vpc_id == vpc and one.scheme != "internal")
    for address in ec2.addresses:
        if (address.instance is not None and address.instance.vpc_id == vpc) or (
            address.eni is not None and address.eni.subnet.vpc_id == vpc
        ):
            yield address.public_ip


@before("ec2:ReleaseAddress")
def address_in_use(asked: Asked) -> None:
    for address in asked.backend("ec2").addresses:
        meant = asked.get("AllocationId") == address.allocation_id or asked.get("PublicIp") == address.public_ip
        if meant and (address.association_id or address.instance or address.eni):
            raise RefusedError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


@before("ec2:DeleteVpc")
def vpc_in_use(asked: Asked) -> None:
    vpc = str(asked.get("VpcId"))
    if any(True for _ in _lives_in_vpc(asked, vpc)):
        raise RefusedError("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted.")


def _lives_in_vpc(asked: Asked, vpc: str) -> Iterator[Any]:
    """What moto does not look for: gateways, endpoints, groups that are not the default one."""
    ec2 = asked.backend("ec2")
    yield from (gateway for gateway in ec2.internet_gateways.values() if gateway.vpc is not None and gateway.vpc.id == vpc)
    yield from (endpoint for endpoint in ec2.vpc_end_points.values() if endpoint.vpc_id == vpc and endpoint.state != "deleted")
    yield from (group for group in ec2.groups.get(vpc, {}).values() if group.name != "default")


@after("ec2:DeleteVpc")
def its_lists_go_with_it(asked: Asked, answer: dict[str, Any]) -> None:
    lists = asked.backend("ec2").network_acls
    for identifier in [one.id for one in lists.values() if one.vpc_id == asked.get("VpcId")]:
        del lists[identifier]


@before("ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclEntry")
def rule_of_a_list(asked: Asked) -> None:
    number, out = int(asked.get("RuleNumber", 0)), str(asked.get("Egress", "")).lower() == "true"
    lists = [one for one in asked.backend("ec2").network_acls.values() if one.id == asked.get("NetworkAclId")]
    if lists and not any(_place_of(entry) == (number, out) for entry in lists[0].network_acl_entries):
        side = "egress" if out else "ingress"
        raise RefusedError("InvalidNetworkAclEntry.NotFound", f"The network acl entry identified by {number}, {side} does not exist.")


def _place_of(entry: Any) -> tuple[int, bool]:
    return int(entry.rule_number), str(entry.egress).lower() == "true"


@after("ec2:DeleteSubnet")
def its_place_in_a_list_goes_with_it(asked: Asked, answer: dict[str, Any]) -> None:
    for one in asked.backend("ec2").network_acls.values():
        gone = [key for key, place in one._associations.items() if place.subnet_id == asked.get("SubnetId")]
        for key in gone:
            del one._associations[key]


@after("ec2:DeleteVpcEndpoints")
def endpoint_is_gone(asked: Asked, answer: dict[str, Any]) -> None:
    """AWS shows it as deleted for a moment only."""
    for identifier in asked.get("VpcEndpointIds", ()):
        asked.backend("ec2").vpc_end_points.pop(identifier, None)


@before("ec2:DeleteNetworkInterface")
def interface_in_use(asked: Asked) -> None:
    interface = asked.backend("ec2").enis.get(asked.get("NetworkInterfaceId"))
    if interface is not None and interface.instance is not None:
        raise RefusedError("InvalidParameterValue", f"Network interface '{interface.id}' is currently in use.")
