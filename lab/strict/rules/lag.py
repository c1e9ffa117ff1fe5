# SPDX-License-Identifier: GPL-3.0-or-later
"""Eventual consistency, where it is asked for: what is new is not known everywhere at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import RefusedError
from . import Asked, after, before
from .ec2 import unknown_profile

#: a resource's id -> what AWS calls it in Invalid…ID.NotFound
NOT_FOUND = {
    "vpc": "InvalidVpcID.NotFound", "subnet": "InvalidSubnetID.NotFound", "sg": "InvalidGroup.NotFound", "i": "InvalidInstanceID.NotFound",
    "igw": "InvalidInternetGatewayID.NotFound", "rtb": "InvalidRouteTableID.NotFound", "vol": "InvalidVolume.NotFound",
    "eni": "InvalidNetworkInterfaceID.NotFound", "eipalloc": "InvalidAllocationID.NotFound", "vpce": "InvalidVpcEndpointId.NotFound",
    "nat": "NatGatewayNotFound", "ami": "InvalidAMIID.NotFound", "snap": "InvalidSnapshot.NotFound", "acl": "InvalidNetworkAclID.NotFound",
}  # fmt: skip
EC2_ID = re.compile(r"^([a-z]+)-[0-9a-f]{8,17}$")
ROLE = re.compile(r"^arn:aws:iam::\d+:role/")
#: what a service says of a role that it does not know yet
PASSED = {
    "ecs": ("ClientException", "Role is not valid"),
    "application-autoscaling": ("ValidationException", "Role is not valid"),
    "iam": ("MalformedPolicyDocument", "Invalid principal in policy"),
}
PASSED_OTHERWISE = ("InvalidParameterValue", "The role does not exist or cannot be assumed.")


@after("iam:CreateRole", "iam:CreateInstanceProfile")
def new_identity(asked: Asked, answer: dict[str, Any]) -> None:
    made = answer.get("Role") or answer.get("InstanceProfile") or {}
    asked.memory.late[str(made.get("Arn"))] = asked.memory.settings.iam_lag


@before("ec2:RunInstances", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation")
def profile_not_yet_known(asked: Asked) -> None:
    profile = asked.get("IamInstanceProfile", {})
    for known in asked.backend("iam").instance_profiles.values():
        meant = profile.get("Name") == known.name or profile.get("Arn") == known.arn
        if meant and asked.memory.missed(known.arn):
            raise unknown_profile(profile.get("Name"), profile.get("Arn"))


@before("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity")
def role_not_yet_assumable(asked: Asked) -> None:
    role = str(asked.get("RoleArn"))
    if asked.memory.missed(role):
        message = f"User: {asked.call.principal} is not authorized to perform: {asked.call.operation} on resource: {role}"
        raise RefusedError("AccessDenied", message, 403)


@before("*:*")
def role_not_yet_passable(asked: Asked) -> None:
    """A new role that is handed to a service, or named in a trust policy."""
    if not asked.memory.late or not asked.call.write or asked.call.name.startswith("Delete"):
        return
    for role in set(_roles(asked.parameters)):
        if asked.memory.missed(role):
            raise RefusedError(*PASSED.get(asked.call.service, PASSED_OTHERWISE))


def _roles(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _roles(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _roles(one)
    elif isinstance(value, str):
        yield from re.findall(r"arn:aws:iam::\d+:role/[\w+=,.@/-]+", value)


@after("ec2:Create*", "ec2:RunInstances", "ec2:AllocateAddress")
def new_resource(asked: Asked, answer: dict[str, Any]) -> None:
    if asked.memory.settings.ec2_lag and asked.call.name != "CreateTags":
        for identifier in _own_ids(answer):
            asked.memory.late[identifier] = asked.memory.settings.ec2_lag


def _own_ids(answer: dict[str, Any]) -> Iterator[str]:
    """Of what was made: its own id, not those that it names."""
    for value in (answer, *answer.values(), *answer.get("Instances", ())):
        own = next((one for key, one in value.items() if key.endswith("Id") and _is_id(one)), None) if isinstance(value, dict) else None
        if own and own.split("-")[0] not in ("r",):
            yield own


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(EC2_ID.match(value))


@before("ec2:Describe*")
def named_and_not_yet_found(asked: Asked) -> None:
    for name, value in asked.parameters.items():
        for identifier in value if name.endswith("Ids") and isinstance(value, list) else ():
            if asked.memory.missed(str(identifier)):
                raise not_found(str(identifier))


def not_found(identifier: str) -> RefusedError:
    prefix = identifier.split("-")[0]
    code = NOT_FOUND.get(prefix, "InvalidParameterValue")
    return RefusedError(code, f"The ID '{identifier}' does not exist")


@after("ec2:Describe*")
def listed_without_it(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    if not any(left > 0 and EC2_ID.match(name) for name, left in asked.memory.late.items()):
        return None
    missing: set[str] = set()
    shown = {key: _without(asked, value, missing) for key, value in answer.items()}
    return shown if missing else None


def _without(asked: Asked, value: Any, missing: set[str]) -> Any:
    """The list without what is not known yet; reservations lose their instances."""
    if not isinstance(value, list):
        return value
    kept = []
    for one in value:
        if isinstance(one, dict) and "Instances" in one:
            instances = [each for each in one["Instances"] if not _misses(asked, each, missing)]
            kept += [{**one, "Instances": instances}] if instances else []
        elif not _misses(asked, one, missing):
            kept.append(one)
    return kept


def _misses(asked: Asked, shown: Any, missing: set[str]) -> bool:
    own = next(_own_ids(shown), None) if isinstance(shown, dict) else None
    if own is None or not asked.memory.missed(own):
        return False
    missing.add(own)
    return True
