# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts. None is ever replaced because there is a newer image; a host that was stopped by hand is started.

Made and changed by the module, but for what it leaves as it is on an instance that is there (its profile, its disk).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import balancing, model, user_data
from ..aws import each
from . import profile, security_group, subnet, tags, vpc

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment, Host

NAME = "instance"
EFFECT: model.Effects = {
    "type": model.RESTART,
    "subnet": model.REPLACE,
    "architecture": model.REPLACE,
    "disk_encrypted": model.REPLACE,
    "running": model.RESTART,
    "disk": model.GROWS,
}
KEPT = False
RUNS = True
EVENTS = "ec2"
READS: model.Rights = (
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeVolumes",
    "ec2:DescribeIamInstanceProfileAssociations",
    "ssm:GetParameter",
)
WRITES: model.Rights = (
    "ec2:DescribeInstanceStatus",
    "ec2:DisassociateIamInstanceProfile",
    "ec2:RunInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:ModifyInstanceAttribute",
    "ec2:ModifyInstanceMetadataOptions",
    "ec2:AssociateIamInstanceProfile",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "ec2:ModifyVolume",
    "ec2:CreateTags",
    "ec2:TerminateInstances",
    "iam:PassRole",
)
_GONE = ("shutting-down", "terminated")
_ASSOCIATED = ("associating", "associated")
_ROOT = "/dev/xvda"
_BY_MODULE = (
    "running",
    "type",
    "groups",
    "metadata_endpoint",
    "metadata_tokens",
    "metadata_hops",
    "source_dest_check",
    "protected",
    "tags",
)


def declared(env: Environment) -> Iterator[model.Wanted]:
    for name, host in sorted(env.declared["hosts"].items()):
        yield model.Wanted(model.Resource(NAME, name), _fields(env, name, host), _once(env))


def _fields(env: Environment, name: str, host: Host) -> dict[str, Any]:
    group = env.called(host["role"])
    return {
        "running": True,
        "type": host["type"],
        "architecture": env.declared["architecture"],
        "subnet": model.Ref(subnet.NAME, subnet.called(env, "public", host["zone"])),
        "groups": [model.Ref(security_group.NAME, group)],
        "profile": model.Ref(profile.NAME, group),
        "metadata_endpoint": "enabled",
        "metadata_tokens": "required",
        "metadata_hops": 1,
        "source_dest_check": True,
        "when_shut_down": "stop",
        "protected": env.declared["protected"],
        "disk": host["disk"],
        "disk_type": "gp3",
        "disk_encrypted": True,
        "tags": {**env.tags(name), "Role": host["role"]},
    }


def _once(env: Environment) -> dict[str, Any]:
    architecture = env.declared["architecture"]
    agent = "" if env.ssh_from else user_data.agent(env.region, architecture)
    return {"image": user_data.image_parameter(architecture), "user_data": user_data.script(env.admin_keys, agent)}


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    profiles = _profiles(aws)
    found = list(_found(aws, env))
    names, disks = _names(found, env), _disks(aws, found)
    for one, attributes in zip(found, each(lambda one: _attributes(aws, one), found), strict=True):
        given = tags.read(one.get("Tags"))
        name = names[one["InstanceId"]]
        fields = {**_seen(one), **attributes, **_disk(disks.get(_root(one), {})), "profile": profiles.get(one["InstanceId"])}
        fields["tags"] = tags.compared(given, env, "Role")
        state = one["State"]["Name"]
        yield model.Seen(model.Resource(NAME, name), one["InstanceId"], fields, tags.are_ours(given, env), state != "pending", state)


def isolated(aws: Aws, env: Environment) -> list[tuple[str, str, str]]:
    """Id, name, and since when, of those that are out."""
    found = list(_found(aws, env))
    names = _names(found, env)
    given = {one["InstanceId"]: tags.read(one.get("Tags")) for one in found}
    return [(identity, names[identity], its[balancing.ISOLATED]) for identity, its in given.items() if balancing.ISOLATED in its]


def _found(aws: Aws, env: Environment) -> list[Any]:
    """In the network of the environment, whatever their tags; and with its tags, wherever they are."""
    places = [filters for filters in (vpc.within(aws, env), tags.filters(env)) if filters]
    every = {
        one["InstanceId"]: one
        for filters in places
        for one in aws.find("ec2", "describe_instances", "Reservations[].Instances[]", Filters=filters)
    }
    return [one for one in every.values() if one["State"]["Name"] not in _GONE]


def _names(found: list[Any], env: Environment) -> dict[str, str]:
    """By their tag; and one of ours that has lost it is the host that is missing where it stands, if only one can be meant."""
    given = {one["InstanceId"]: tags.read(one.get("Tags")) for one in found}
    names = {identity: its.get("Name") or identity for identity, its in given.items()}
    hosts = env.declared["hosts"]
    missing = {name: [host["role"], env.region + host["zone"]] for name, host in hosts.items() if name not in names.values()}
    lost = [one for one in found if names[one["InstanceId"]] == one["InstanceId"] and tags.are_ours(given[one["InstanceId"]], env)]
    for name, where in missing.items():
        meant = [one["InstanceId"] for one in lost if [given[one["InstanceId"]].get("Role"), one["Placement"]["AvailabilityZone"]] == where]
        if len(meant) == 1 and list(missing.values()).count(where) == 1:
            names[meant[0]] = name
    return names


def _profiles(aws: Aws) -> dict[str, str]:
    """Instance -> its profile, as it is or is about to be."""
    every = aws.find("ec2", "describe_iam_instance_profile_associations", "IamInstanceProfileAssociations[]")
    return {one["InstanceId"]: one["IamInstanceProfile"]["Arn"] for one in every if one["State"] in _ASSOCIATED}


def _seen(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "running": one["State"]["Name"] in ("pending", "running"),
        "type": one["InstanceType"],
        "architecture": one["Architecture"],
        "subnet": one["SubnetId"],
        "groups": [group["GroupId"] for group in one["SecurityGroups"]],
        "metadata_endpoint": one["MetadataOptions"].get("HttpEndpoint"),
        "metadata_tokens": one["MetadataOptions"].get("HttpTokens"),
        "metadata_hops": one["MetadataOptions"].get("HttpPutResponseHopLimit"),
        "source_dest_check": one.get("SourceDestCheck"),
    }


def _attributes(aws: Aws, one: Mapping[str, Any]) -> dict[str, Any]:
    protected, shut_down = (_attribute(aws, one, name) for name in ("disableApiTermination", "instanceInitiatedShutdownBehavior"))
    return {"protected": bool(protected), "when_shut_down": shut_down}


def _attribute(aws: Aws, one: Mapping[str, Any], name: str) -> Any:
    path = f"{name[0].upper()}{name[1:]}.Value"
    return aws.one("ec2", "describe_instance_attribute", path, InstanceId=one["InstanceId"], Attribute=name)


def _root(one: Mapping[str, Any]) -> str:
    """Of its disks; nothing where it has none yet."""
    return next((its["Ebs"]["VolumeId"] for its in one["BlockDeviceMappings"] if its["DeviceName"] == one["RootDeviceName"]), "")


def _disks(aws: Aws, found: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Those that instances start from."""
    roots = sorted(filter(None, map(_root, found)))
    return {one["VolumeId"]: one for one in aws.find("ec2", "describe_volumes", "Volumes[]", VolumeIds=roots)} if roots else {}


def _disk(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"disk": one.get("Size"), "disk_type": one.get("VolumeType"), "disk_encrypted": one.get("Encrypted")}


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        yield from _made(goal)
        return
    if goal.differs("profile"):
        yield from _profiled(goal)
    if goal.differs("disk", "disk_type"):
        yield from _grown(goal)
    if goal.differs("when_shut_down"):
        behavior = {"InstanceInitiatedShutdownBehavior": {"Value": goal.fields["when_shut_down"]}}
        yield model.Api("ec2", "modify_instance_attribute", {"InstanceId": goal.id, **behavior})
    if goal.differs(*_BY_MODULE):
        state = "running" if goal.fields["running"] else "stopped"
        yield model.Module("amazon.aws.ec2_instance", {"instance_ids": [goal.id], "state": state, **_args(goal.fields)})


def _args(fields: Mapping[str, Any]) -> dict[str, Any]:
    options = {"http_tokens": fields["metadata_tokens"], "http_put_response_hop_limit": fields["metadata_hops"]}
    options["http_endpoint"] = fields["metadata_endpoint"]
    return {
        "instance_type": fields["type"],
        "security_groups": fields["groups"],
        "vpc_subnet_id": fields["subnet"],
        "metadata_options": options,
        "termination_protection": fields["protected"],
        "source_dest_check": fields["source_dest_check"],
        "tags": fields["tags"],
        "purge_tags": False,
    }


def _made(goal: model.Goal) -> model.Calls:
    found = yield model.Api("ssm", "get_parameter", {"Name": goal.once["image"]})
    disk = {"volume_size": goal.fields["disk"], "volume_type": goal.fields["disk_type"], "encrypted": goal.fields["disk_encrypted"]}
    what = {"name": goal.name, "image_id": found["Parameter"]["Value"], "iam_instance_profile": goal.fields["profile"]}
    volumes = [{"device_name": _ROOT, "ebs": {**disk, "delete_on_termination": True}}]
    data = {"user_data": goal.once["user_data"]} if goal.once["user_data"] else {}
    yield model.Module("amazon.aws.ec2_instance", {**what, **data, "state": "running", "volumes": volumes, **_args(goal.fields)})


def _profiled(goal: model.Goal) -> model.Calls:
    filters = [{"Name": "instance-id", "Values": [goal.id]}]
    answer = yield model.Api("ec2", "describe_iam_instance_profile_associations", {"Filters": filters})
    has = [one for one in answer["IamInstanceProfileAssociations"] if one["State"] in _ASSOCIATED]
    wants = {"IamInstanceProfile": {"Arn": goal.fields["profile"]}}
    if not goal.fields["profile"]:
        for one in has:
            yield model.Api("ec2", "disassociate_iam_instance_profile", {"AssociationId": one["AssociationId"]})
    elif has:
        yield model.Api("ec2", "replace_iam_instance_profile_association", {"AssociationId": has[0]["AssociationId"], **wants})
    else:
        yield model.Api("ec2", "associate_iam_instance_profile", {"InstanceId": goal.id, **wants})


def _grown(goal: model.Goal) -> model.Calls:
    """A disk grows while it is used; its file system grows at the next boot of Debian's images. None ever shrinks."""
    answer = yield model.Api("ec2", "describe_instances", {"InstanceIds": [goal.id]})
    one = answer["Reservations"][0]["Instances"][0]
    root = next(its["Ebs"]["VolumeId"] for its in one["BlockDeviceMappings"] if its["DeviceName"] == one["RootDeviceName"])
    yield model.Api("ec2", "modify_volume", {"VolumeId": root, "Size": goal.fields["disk"], "VolumeType": goal.fields["disk_type"]})


def remove(seen: model.Seen) -> model.Calls:
    if seen.fields["protected"]:
        yield model.Module("amazon.aws.ec2_instance", {"instance_ids": [seen.id], "state": "present", "termination_protection": False})
    yield model.Module("amazon.aws.ec2_instance", {"instance_ids": [seen.id], "state": "terminated"})
