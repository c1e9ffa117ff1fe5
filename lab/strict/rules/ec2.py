# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and their volumes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from ..errors import RefusedError
from . import Asked, after, before, instead, last
from .network import living

USER_DATA_LIMIT = 16384
#: throughput in MB/s of a gp3 volume that nobody asked more for
GP3_THROUGHPUT, GP3_IOPS = 125, 3000


def type_named(name: str) -> dict[str, Any] | None:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    found: dict[str, Any] | None = INSTANCE_TYPES.get(name)
    return found


def architectures(kind: dict[str, Any]) -> list[str]:
    return list(kind.get("ProcessorInfo", {}).get("SupportedArchitectures", ()))


@instead("ec2:RunInstances", "ec2:CreateRouteTable")
def made_once(asked: Asked) -> dict[str, Any] | None:
    """The same token and the same request is the same thing; another request with that token is refused."""
    token = asked.get("ClientToken")
    kept = asked.memory.tokens.get(f"{asked.call.region}/{token}")
    if not token or kept is None:
        return None
    if kept[0] != _fingerprint(asked):
        message = "The request uses the same client token as a previous, but non-identical request."
        raise RefusedError("IdempotentParameterMismatch", message)
    return kept[1]


@after("ec2:RunInstances", "ec2:CreateRouteTable")
def remember_token(asked: Asked, answer: dict[str, Any]) -> None:
    if asked.get("ClientToken"):
        asked.memory.tokens[f"{asked.call.region}/{asked.get('ClientToken')}"] = (_fingerprint(asked), answer)


def _fingerprint(asked: Asked) -> str:
    return json.dumps(asked.parameters, sort_keys=True, default=str)


@before("ec2:RunInstances")
def known_type(asked: Asked) -> None:
    name = asked.get("InstanceType", "t2.micro")
    if type_named(name) is None:
        raise RefusedError("InvalidParameterValue", f"Invalid value '{name}' for InstanceType.")


@before("ec2:RunInstances")
def known_image(asked: Asked) -> None:
    image = asked.get("ImageId")
    if image and image not in asked.backend("ec2").amis:
        raise RefusedError("InvalidAMIID.NotFound", f"The image id '[{image}]' does not exist")


@before("ec2:RunInstances")
def fitting_architecture(asked: Asked) -> None:
    kind = type_named(asked.get("InstanceType", "t2.micro"))
    image = asked.backend("ec2").amis.get(asked.get("ImageId"))
    if kind is None or image is None or image.architecture in architectures(kind):
        return
    message = (
        f"The architecture '{','.join(architectures(kind))}' of the specified instance type does not match the architecture "
        f"'{image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try "
        "again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI."
    )
    raise RefusedError("InvalidParameterValue", message)


@before("ec2:RunInstances")
def known_profile(asked: Asked) -> None:
    """AWS says it in EC2's words, not in IAM's."""
    profile = asked.get("IamInstanceProfile", {})
    found = asked.backend("iam").instance_profiles.values()
    name, arn = profile.get("Name"), profile.get("Arn")
    if (name and all(one.name != name for one in found)) or (arn and all(one.arn != arn for one in found)):
        raise unknown_profile(name, arn)


def unknown_profile(name: str | None, arn: str | None) -> RefusedError:
    part, value, word = ("name", name, "name") if name else ("arn", arn, "ARN")
    message = f"Value ({value}) for parameter iamInstanceProfile.{part} is invalid. Invalid IAM Instance Profile {word}"
    return RefusedError("InvalidParameterValue", message)


@before("ec2:RunInstances")
def known_key(asked: Asked) -> None:
    name = asked.get("KeyName")
    if name and name not in {key.name for key in asked.backend("ec2").key_pairs.values()}:
        raise RefusedError("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


@before("ec2:RunInstances")
def groups_of_the_subnets_network(asked: Asked) -> None:
    for subnet_id, groups in _placed(asked):
        subnet = next((zone[subnet_id] for zone in asked.backend("ec2").subnets.values() if subnet_id in zone), None)
        for group in filter(None, map(asked.backend("ec2").get_security_group_from_id, groups)):
            if subnet is not None and group.vpc_id != subnet.vpc_id:
                raise RefusedError("InvalidParameter", f"Security group {group.id} and subnet {subnet_id} belong to different networks.")


def _placed(asked: Asked) -> Iterator[tuple[str, list[str]]]:
    yield str(asked.get("SubnetId")), asked.get("SecurityGroupIds", [])
    for interface in asked.get("NetworkInterfaces", ()):
        yield str(interface.get("SubnetId")), interface.get("Groups") or []


@before("ec2:RunInstances")
def user_data_fits(asked: Asked) -> None:
    try:
        size = len(base64.b64decode(asked.get("UserData", "")))
    except ValueError:
        raise RefusedError("InvalidParameterValue", "Invalid BASE64 encoding of user data.") from None
    if size > USER_DATA_LIMIT:
        raise RefusedError("InvalidParameterValue", f"User data is limited to {USER_DATA_LIMIT} bytes")


@after("ec2:RunInstances")
def volumes_as_asked(asked: Asked, answer: dict[str, Any]) -> None:
    """moto forgets iops and throughput of a new instance's volumes, and that disks are encrypted by default."""
    wanted = {one.get("DeviceName"): one.get("Ebs") or {} for one in asked.get("BlockDeviceMappings", ())}
    for instance in answer.get("Instances", ()):
        devices = asked.backend("ec2").get_instance(instance["InstanceId"]).get_block_device_mapping
        for device, attached in devices:
            _complete(asked, asked.backend("ec2").volumes[attached.volume_id], wanted.get(device, {}))


def _complete(asked: Asked, volume: Any, wanted: dict[str, Any]) -> None:
    if volume.volume_type == "gp3":
        volume.iops = int(wanted.get("Iops") or volume.iops or GP3_IOPS)
        volume.throughput = int(wanted.get("Throughput") or volume.throughput or GP3_THROUGHPUT)
    if asked.backend("ec2").ebs_encryption_by_default:
        volume.encrypted = True


@after("ec2:RunInstances")
def interfaces_go_with_their_instance(asked: Asked, answer: dict[str, Any]) -> None:
    """Unless somebody said otherwise, or brought the interface along."""
    kept = {one.get("DeviceIndex") or 0 for one in asked.get("NetworkInterfaces", ()) if _stays(one)}
    for instance in answer.get("Instances", ()):
        for interface in asked.backend("ec2").get_instance(instance["InstanceId"]).nics.values():
            interface.delete_on_termination = interface.device_index not in kept


def _stays(interface: dict[str, Any]) -> bool:
    return bool(interface.get("NetworkInterfaceId")) or interface.get("DeleteOnTermination") is False


@after("ec2:CreateVolume")
def volume_as_aws_makes_it(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    volume = asked.backend("ec2").volumes[answer["VolumeId"]]
    _complete(asked, volume, {})
    throughput = {"Throughput": volume.throughput} if volume.throughput else {}
    return {**answer, **throughput, "Encrypted": volume.encrypted}


@before("ec2:ModifyVolume")
def volumes_do_not_shrink(asked: Asked) -> None:
    volume = asked.backend("ec2").volumes.get(asked.get("VolumeId"))
    size = asked.get("Size")
    if volume is not None and size and int(size) < int(volume.size):
        message = f"New size cannot be smaller than existing size: {volume.size} GiB"
        raise RefusedError("InvalidParameterValue", message)


@before("ec2:ModifyInstanceAttribute")
def stopped_for_a_new_type(asked: Asked) -> None:
    named = asked.get("Attribute")
    asks = asked.get("InstanceType") or asked.get("UserData") or (named in ("instanceType", "userData"))
    if asks and any(one.id == asked.get("InstanceId") and one.state != "stopped" for one in living(asked)):
        raise RefusedError("IncorrectInstanceState", f"The instance '{asked.get('InstanceId')}' is not in the 'stopped' state.")


@before("ec2:ModifyInstanceAttribute")
def known_new_type(asked: Asked) -> None:
    name = asked.get("Value") if asked.get("Attribute") == "instanceType" else (asked.get("InstanceType") or {}).get("Value")
    if name and type_named(name) is None:
        raise RefusedError("InvalidInstanceAttributeValue", f"Invalid value '{name}' for attribute 'instanceType'")


#: of ModifyInstanceAttribute, one in each request
_ATTRIBUTES = (
    "InstanceType", "Kernel", "Ramdisk", "UserData", "DisableApiTermination", "DisableApiStop", "SourceDestCheck", "EbsOptimized",
    "InstanceInitiatedShutdownBehavior", "Groups", "BlockDeviceMappings", "Attribute",
)  # fmt: skip


@before("ec2:ModifyInstanceAttribute")
def one_attribute_at_a_time(asked: Asked) -> None:
    if sum(asked.get(name) is not None for name in _ATTRIBUTES) > 1:
        raise RefusedError("InvalidParameterCombination", "Fields for multiple attribute types specified")


@instead("ec2:ModifyInstanceAttribute")
def what_becomes_of_it_when_it_is_shut_down(asked: Asked) -> dict[str, Any] | None:
    """Moto takes the request for one that takes away its groups."""
    wanted = (asked.get("InstanceInitiatedShutdownBehavior") or {}).get("Value")
    if wanted is None:
        return None
    if wanted not in ("stop", "terminate"):
        raise RefusedError("InvalidParameterValue", f"Invalid value '{wanted}' for InstanceInitiatedShutdownBehavior")
    asked.backend("ec2").get_instance(asked.get("InstanceId")).instance_initiated_shutdown_behavior = wanted
    return {}


@after("ec2:ModifyInstanceAttribute", "ec2:ModifyNetworkInterfaceAttribute")
def groups_are_those_of_the_first_interface(asked: Asked, answer: dict[str, Any]) -> None:
    """AWS keeps them there alone."""
    named = asked.get("NetworkInterfaceId")
    for instance in living(asked):
        first = next((one for one in instance.nics.values() if one.device_index == 0), None)
        if first is not None and first.id == named and asked.get("Groups"):
            instance.security_groups = list(first._group_set)
        if first is not None and instance.id == asked.get("InstanceId") and asked.get("Groups"):
            first._group_set = list(instance.security_groups)


@last("ec2:*")
def dry_run(asked: Asked) -> None:
    if str(asked.get("DryRun", "")).lower() == "true":
        raise RefusedError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


@after("ec2:DescribeTags")
def addresses_by_their_name(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    """AWS's word for the type of an address is not moto's."""
    tags = answer.get("Tags", [])
    if all(one.get("ResourceType") != "vpc-elastic-ip" for one in tags):
        return None
    return {**answer, "Tags": [{**one, "ResourceType": one["ResourceType"].replace("vpc-elastic-ip", "elastic-ip")} for one in tags]}


@instead("ec2:GetEbsDefaultKmsKeyId")
def key_of_disks(asked: Asked) -> dict[str, Any]:
    theirs = f"arn:aws:kms:{asked.call.region}:{asked.call.account}:alias/aws/ebs"
    return {"KmsKeyId": asked.backend("ec2").default_kms_key_id or theirs}


#: of the account: how instances answer for their metadata where their request does not say
METADATA = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")


@instead("ec2:ModifyInstanceMetadataDefaults")
def set_metadata_defaults(asked: Asked) -> dict[str, Any]:
    kept = asked.kept("ec2:metadata-defaults")
    for name in METADATA:
        value = asked.get(name)
        if value in ("no-preference", -1, "-1"):
            kept.pop(name, None)
        elif value is not None:
            kept[name] = int(value) if name == "HttpPutResponseHopLimit" else value
    return {"Return": True}


@instead("ec2:GetInstanceMetadataDefaults")
def metadata_defaults(asked: Asked) -> dict[str, Any]:
    return {"AccountLevel": {**asked.kept("ec2:metadata-defaults"), "ManagedBy": "account"}}


@after("ec2:RunInstances")
def metadata_as_the_account_has_it(asked: Asked, answer: dict[str, Any]) -> None:
    defaults, wanted = asked.kept("ec2:metadata-defaults"), asked.get("MetadataOptions") or {}
    for instance in answer.get("Instances", ()):
        options = asked.backend("ec2").get_instance(instance["InstanceId"]).metadata_options
        for name, attribute in (("HttpTokens", "http_tokens"), ("HttpPutResponseHopLimit", "http_put_response_hop_limit")):
            if name in defaults and wanted.get(name) is None:
                setattr(options, attribute, defaults[name])
