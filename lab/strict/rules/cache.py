# SPDX-License-Identifier: GPL-3.0-or-later
"""ElastiCache: parameter groups, which moto has not; replication groups that take their time and fit their subnets and groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from ..errors import RefusedError
from ..memory import Memory
from . import Asked, after, before, instead

VERSIONS: dict[str, dict[str, str]] = {
    "valkey": {"7.2": "valkey7", "8.0": "valkey8", "8.1": "valkey8", "8.2": "valkey8"},
    "redis": {"5.0.6": "redis5.0", "6.2": "redis6.x", "7.0": "redis7", "7.1": "redis7"},
}
FAMILIES = ("memcached1.6", "redis5.0", "redis6.x", "redis7", "valkey7", "valkey8")
_BURST = ("micro", "small", "medium")
_STEADY = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
NODES = frozenset(f"cache.{family}.{size}" for family in ("t3", "t4g") for size in _BURST) | frozenset(
    f"cache.{family}.{size}" for family in ("m5", "m6g", "m7g", "r5", "r6g", "r7g") for size in _STEADY
)
#: of replicas, where the group is one shard: the most, and the least as long as one may have to take over
REPLICAS = 5
LEAST = {"enabled": 1, "disabled": 0}
#: name -> (data type, default, allowed, modifiable, how it changes)
PARAMETERS: dict[str, tuple[str, str, str, bool, str]] = {
    "activedefrag": ("string", "no", "yes,no", True, "immediate"),
    "appendonly": ("string", "no", "yes,no", False, "immediate"),
    "cluster-enabled": ("string", "no", "yes,no", True, "requires-reboot"),
    "databases": ("integer", "16", "1-1200000", True, "requires-reboot"),
    "lazyfree-lazy-eviction": ("string", "yes", "yes,no", False, "immediate"),
    "maxmemory-policy": (
        "string", "volatile-lru", ("volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,"
        "noeviction"),
        True, "immediate",
    ),
    "maxmemory-samples": ("integer", "3", "1-", True, "immediate"),
    "notify-keyspace-events": ("string", "", "", True, "immediate"),
    "reserved-memory-percent": ("integer", "25", "0-100", True, "immediate"),
    "slowlog-log-slower-than": ("integer", "10000", "-", True, "immediate"),
    "slowlog-max-len": ("integer", "128", "0-", True, "immediate"),
    "tcp-keepalive": ("integer", "300", "0-", True, "immediate"),
    "timeout": ("integer", "0", "0,20-", True, "immediate"),
}  # fmt: skip


def groups(asked: Asked) -> dict[str, Any]:
    """Parameter groups that somebody made: name -> what AWS shows, and ``own``: the parameters that were set."""
    return asked.kept("elasticache:parameter-groups")


def _arn(asked: Asked, kind: str, name: str) -> str:
    return f"arn:aws:elasticache:{asked.call.region}:{asked.call.account}:{kind}:{name}"


# --- parameter groups


@instead("elasticache:CreateCacheParameterGroup")
def create_group(asked: Asked) -> dict[str, Any]:
    name, family = str(asked.get("CacheParameterGroupName")).lower(), asked.get("CacheParameterGroupFamily")
    if name in groups(asked):
        raise RefusedError("CacheParameterGroupAlreadyExists", f"Cache parameter group {name} already exists.")
    if family not in FAMILIES:
        raise RefusedError("InvalidParameterValue", f"CacheParameterGroupFamily {family} is not a valid parameter group family.")
    groups(asked)[name] = {"family": family, "description": asked.get("Description"), "own": {}}
    tags = asked.get("Tags", [])
    if tags:
        asked.backend("elasticache").tagging_service.tag_resource(_arn(asked, "parametergroup", name), tags)
    return {"CacheParameterGroup": _group(asked, name)}


def _group(asked: Asked, name: str) -> dict[str, Any]:
    kept = groups(asked).get(name) or {"family": name.removeprefix("default."), "description": f"Default parameter group for {name}"}
    return {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": kept["family"],
        "Description": kept["description"],
        "IsGlobal": False,
        "ARN": _arn(asked, "parametergroup", name),
    }


def _family(asked: Asked, name: str) -> str:
    """Of a group; refused where there is none."""
    if name in groups(asked):
        return str(groups(asked)[name]["family"])
    family = name.removeprefix("default.")
    if name.startswith("default.") and family in FAMILIES:
        return family
    raise RefusedError("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}", 404)


def _named(asked: Asked) -> str:
    return str(asked.get("CacheParameterGroupName", "")).lower()


@instead("elasticache:DescribeCacheParameterGroups")
def describe_groups(asked: Asked) -> dict[str, Any]:
    name = _named(asked)
    if name:
        _family(asked, name)
    names = [name] if name else [*sorted(groups(asked)), *(f"default.{family}" for family in FAMILIES)]
    return {"CacheParameterGroups": [_group(asked, one) for one in names]}


@instead("elasticache:ModifyCacheParameterGroup")
def set_parameters(asked: Asked) -> dict[str, Any]:
    name = _named(asked)
    _family(asked, name)
    _not_default(asked, name)
    wanted = {str(one["ParameterName"]): str(one.get("ParameterValue", "")) for one in asked.get("ParameterNameValues", ())}
    for parameter, value in wanted.items():
        _judge(parameter, value)
    groups(asked)[name]["own"].update(wanted)
    return {"CacheParameterGroupName": name}


def _not_default(asked: Asked, name: str) -> None:
    if name not in groups(asked):
        raise RefusedError("InvalidCacheParameterGroupState", f"Default CacheParameterGroup cannot be modified: {name}")


def _judge(parameter: str, value: str) -> None:
    known = PARAMETERS.get(parameter)
    if known is None:
        raise RefusedError("InvalidParameterValue", f"Could not find parameter with name: {parameter}")
    if not known[3]:
        raise RefusedError("InvalidParameterValue", f"The parameter {parameter} cannot be modified.")
    choices = known[2].split(",")
    if known[0] == "string" and known[2] and value not in choices:
        raise RefusedError("InvalidParameterValue", f"The value {value} is not one of the allowed values of {parameter}: {known[2]}")
    if known[0] == "integer" and not value.lstrip("-").isdigit():
        raise RefusedError("InvalidParameterValue", f"The value {value} of {parameter} is not an integer")


@instead("elasticache:ResetCacheParameterGroup")
def reset_parameters(asked: Asked) -> dict[str, Any]:
    name = _named(asked)
    _family(asked, name)
    _not_default(asked, name)
    own = groups(asked)[name]["own"]
    everything = str(asked.get("ResetAllParameters", "")).lower() == "true"
    for parameter in list(own) if everything else [str(one["ParameterName"]) for one in asked.get("ParameterNameValues", ())]:
        own.pop(parameter, None)
    return {"CacheParameterGroupName": name}


@instead("elasticache:DeleteCacheParameterGroup")
def delete_group(asked: Asked) -> dict[str, Any]:
    name = _named(asked)
    _family(asked, name)
    _not_default(asked, name)
    if any(str(group.cache_parameter_group_name).lower() == name for group in replication_groups(asked).values()):
        raise RefusedError(
            "InvalidCacheParameterGroupState", f"One or more cache clusters are still members of this parameter group {name}."
        )
    del groups(asked)[name]
    return {}


@instead("elasticache:DescribeCacheParameters")
def describe_parameters(asked: Asked) -> dict[str, Any]:
    name = _named(asked)
    _family(asked, name)
    own = groups(asked).get(name, {}).get("own", {})
    shown = [one for one in _parameters(own) if asked.get("Source") in (None, one["Source"])]
    return {"Parameters": shown}


@instead("elasticache:DescribeEngineDefaultParameters")
def describe_defaults(asked: Asked) -> dict[str, Any]:
    family = asked.get("CacheParameterGroupFamily")
    if family not in FAMILIES:
        raise RefusedError("InvalidParameterValue", f"CacheParameterGroupFamily {family} is not a valid parameter group family.")
    return {"EngineDefaults": {"CacheParameterGroupFamily": family, "Parameters": list(_parameters({}))}}


def _parameters(own: dict[str, str]) -> Iterator[dict[str, Any]]:
    for name, (kind, default, allowed, modifiable, change) in sorted(PARAMETERS.items()):
        yield {
            "ParameterName": name, "ParameterValue": own.get(name, default), "DataType": kind, "AllowedValues": allowed,
            "IsModifiable": modifiable, "ChangeType": change, "Source": "user" if name in own else "system",
        }  # fmt: skip


# --- subnet groups


@before("elasticache:CreateCacheSubnetGroup", "elasticache:ModifyCacheSubnetGroup")
def subnets_exist(asked: Asked) -> None:
    known = {subnet for zone in asked.backend("ec2").subnets.values() for subnet in zone}
    strangers = sorted(set(asked.get("SubnetIds", [])) - known)
    if strangers:
        raise RefusedError("InvalidSubnet", f"Some input subnets are invalid: {', '.join(strangers)}")


@instead("elasticache:ModifyCacheSubnetGroup")
def modify_subnet_group(asked: Asked) -> dict[str, Any]:
    from moto.elasticache.models import CacheSubnetGroup

    group = _subnet_group(asked)
    description = asked.get("CacheSubnetGroupDescription", group.cache_subnet_group_description)
    subnets = asked.get("SubnetIds") or group.subnet_ids
    name = group.cache_subnet_group_name
    fresh = CacheSubnetGroup(asked.call.account, asked.call.region, name, description, subnets, group.tags)
    asked.backend("elasticache").cache_subnet_groups[name] = fresh
    shown = {
        "CacheSubnetGroupName": name, "CacheSubnetGroupDescription": description, "VpcId": fresh.vpc_id, "ARN": fresh.arn,
        "Subnets": [
            {"SubnetIdentifier": one["subnet_identifier"], "SubnetAvailabilityZone": {"Name": one["subnet_availability_zone"]}}
            for one in fresh.subnets
        ],
    }  # fmt: skip
    return {"CacheSubnetGroup": shown}


@instead("elasticache:DeleteCacheSubnetGroup")
def delete_subnet_group(asked: Asked) -> dict[str, Any]:
    name = _subnet_group(asked).cache_subnet_group_name
    if any(group.cache_subnet_group_name == name for group in replication_groups(asked).values()):
        raise RefusedError("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    del asked.backend("elasticache").cache_subnet_groups[name]
    return {}


def _subnet_group(asked: Asked) -> Any:
    name = str(asked.get("CacheSubnetGroupName"))
    group = asked.backend("elasticache").cache_subnet_groups.get(name)
    if group is None:
        raise RefusedError("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist.")
    return group


# --- replication groups


def replication_groups(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = asked.backend("elasticache").replication_groups
    return found


def busy_name(asked: Asked, identifier: str) -> str:
    return f"cache:{asked.call.region}:{identifier}"


@before("elasticache:CreateReplicationGroup")
def fits(asked: Asked) -> None:
    engine, version = asked.get("Engine", "redis"), asked.get("EngineVersion")
    if version and version not in VERSIONS.get(engine, {}):
        raise RefusedError("InvalidParameterCombination", f"Cannot find version {version} for {engine}")
    if asked.get("CacheSubnetGroupName"):
        _subnet_group(asked)
    _group_fits(asked, engine, version)


def _group_fits(asked: Asked, engine: str, version: str | None) -> None:
    if not asked.get("CacheParameterGroupName"):
        return
    family = _family(asked, _named(asked))
    expected = VERSIONS[engine][version] if version else None
    if expected is None and not family.startswith(engine):
        expected = VERSIONS[engine][max(VERSIONS[engine])]
    if expected not in (None, family):
        message = f"Expected a parameter group of family {expected} but found one of family {family}"
        raise RefusedError("InvalidParameterCombination", message)


@before("elasticache:CreateReplicationGroup", "elasticache:ModifyReplicationGroup")
def known_node(asked: Asked) -> None:
    node = asked.get("CacheNodeType")
    if node and node not in NODES:
        raise RefusedError("InvalidParameterValue", f"The parameter CacheNodeType is invalid: {node}")


@before("elasticache:CreateReplicationGroup")
def failover_needs_another(asked: Asked) -> None:
    failover = str(asked.get("AutomaticFailoverEnabled", "")).lower() == "true"
    nodes = int(asked.get("NumCacheClusters") or int(asked.get("ReplicasPerNodeGroup") or 0) + 1)
    if failover and nodes < 2:
        raise RefusedError("InvalidParameterValue", "Automatic failover requires at least two cache clusters.")
    if str(asked.get("MultiAZEnabled", "")).lower() == "true" and not failover:
        raise RefusedError("InvalidParameterCombination", "Must enable automatic failover to enable Multi-AZ.")


@before("elasticache:CreateReplicationGroup")
def token_needs_encryption(asked: Asked) -> None:
    if asked.get("AuthToken") and str(asked.get("TransitEncryptionEnabled", "")).lower() != "true":
        message = "The AUTH token is only supported when encryption-in-transit is enabled"
        raise RefusedError("InvalidParameterCombination", message)


@before("elasticache:ModifyReplicationGroup", "elasticache:DeleteReplicationGroup")
def nothing_under_way(asked: Asked) -> None:
    name = str(asked.get("ReplicationGroupId"))
    waits = asked.memory.busy.get(busy_name(asked, name))
    if name in replication_groups(asked) and waits is not None and not waits.over:
        verb = "modify" if asked.call.name.startswith("Modify") else "delete"
        raise RefusedError("InvalidReplicationGroupState", f"Replication group must be in available state to {verb}.")


@before("elasticache:ModifyReplicationGroup")
def version_goes_up(asked: Asked) -> None:
    group, wanted = replication_groups(asked).get(str(asked.get("ReplicationGroupId"))), asked.get("EngineVersion")
    if group is None or not wanted:
        return
    if wanted not in VERSIONS.get(asked.get("Engine") or group.engine, {}):
        raise RefusedError("InvalidParameterCombination", f"Cannot find version {wanted} for {group.engine}")
    if group.engine_version and _order(wanted) < _order(group.engine_version):
        raise RefusedError("InvalidParameterCombination", "The engine version cannot be downgraded.")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@after("elasticache:CreateReplicationGroup")
def is_being_created(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    group = replication_groups(asked)[answer["ReplicationGroup"]["ReplicationGroupId"]]
    group.engine_version = group.engine_version or max(VERSIONS.get(group.engine, {"": ""}))
    group.cache_parameter_group_name = group.cache_parameter_group_name or f"default.{VERSIONS[group.engine][group.engine_version]}"
    _same_endpoints(asked, group)
    asked.memory.begin(busy_name(asked, group.replication_group_id), "creating")
    return {"ReplicationGroup": _without_endpoints({**answer["ReplicationGroup"], "Status": "creating"})}


def _same_endpoints(asked: Asked, group: Any) -> None:
    """Named after the group and not at random: two accounts made alike are alike."""
    name = group.replication_group_id
    domain = f"{name}.{hashlib.sha256(f'{asked.call.region}/{name}'.encode()).hexdigest()[:6]}.apn2.cache.amazonaws.com"
    for node_group in group.node_groups:
        for key, prefix in (("primary_endpoint_address", "master"), ("reader_endpoint_address", "replica")):
            if key in node_group:
                node_group[key] = f"{prefix}.{domain}"
        if "primary_endpoint" in node_group:
            node_group["primary_endpoint"]["address"] = f"master.{domain}"
        for number, member in enumerate(node_group["node_group_members"], 1):
            if isinstance(member.get("read_endpoint"), dict):
                member["read_endpoint"]["address"] = f"{name}-{number:03d}.{domain}"


def _without_endpoints(shown: dict[str, Any]) -> dict[str, Any]:
    bare = [{key: value for key, value in one.items() if not key.endswith("Endpoint")} for one in shown.get("NodeGroups", ())]
    return {**{key: value for key, value in shown.items() if key != "ConfigurationEndpoint"}, "NodeGroups": bare}


@after("elasticache:DescribeReplicationGroups")
def as_it_stands(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    shown = []
    for one in answer.get("ReplicationGroups", ()):
        waits = asked.memory.busy.get(busy_name(asked, one["ReplicationGroupId"]))
        status = waits.look() if waits else None
        shown.append(_without_endpoints({**one, "Status": status}) if status == "creating" else {**one, "Status": status or one["Status"]})
    return {**answer, "ReplicationGroups": shown}


#: of ModifyReplicationGroup, what moto passes over: field -> attribute
PASSED_OVER = {
    "CacheParameterGroupName": "cache_parameter_group_name", "SecurityGroupIds": "security_group_ids", "EngineVersion": "engine_version",
    "SnapshotWindow": "snapshot_window", "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "NotificationTopicArn": "notification_topic_arn", "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "TransitEncryptionEnabled": "transit_encryption_enabled", "TransitEncryptionMode": "transit_encryption_mode",
}  # fmt: skip
#: what waits for the maintenance window unless it is applied immediately
WAITS = ("CacheNodeType", "EngineVersion")


@before("elasticache:ModifyReplicationGroup")
def known_new_group(asked: Asked) -> None:
    if asked.get("CacheParameterGroupName"):
        _family(asked, _named(asked))
    group = replication_groups(asked).get(str(asked.get("ReplicationGroupId")))
    if group is not None:
        was = {"CacheNodeType": group.cache_node_type, "EngineVersion": group.engine_version}
        asked.memory.scratch[asked.call.number] = was


@after("elasticache:ModifyReplicationGroup")
def modified(asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    name = answer["ReplicationGroup"]["ReplicationGroupId"]
    group, was = replication_groups(asked)[name], asked.memory.scratch.pop(asked.call.number, {})
    immediately = str(asked.get("ApplyImmediately", "")).lower() == "true"
    for field, attribute in PASSED_OVER.items():
        if asked.get(field) is not None and (immediately or field not in WAITS):
            setattr(group, attribute, asked.get(field))
    if not immediately:
        group.cache_node_type = was.get("CacheNodeType", group.cache_node_type)
        waiting = {field: asked.get(field) for field in WAITS if asked.get(field) not in (None, was.get(field))}
        if waiting:
            asked.kept("elasticache:pending").setdefault(name, {}).update(waiting)
    else:
        asked.memory.begin(busy_name(asked, name), "modifying")
    changed = {"CacheNodeType": group.cache_node_type, "Status": "modifying" if immediately else "available"}
    return {"ReplicationGroup": {**answer["ReplicationGroup"], **changed}}


def maintain(memory: Memory) -> None:
    """The maintenance window has come."""
    from moto.elasticache.models import elasticache_backends

    for place in [key for key in memory.kept if key.endswith("/elasticache:pending")]:
        known = elasticache_backends[DEFAULT_ACCOUNT_ID][place.partition("/")[0]].replication_groups
        for name, waiting in memory.kept.pop(place).items():
            known[name].cache_node_type = waiting.get("CacheNodeType", known[name].cache_node_type)
            known[name].engine_version = waiting.get("EngineVersion", known[name].engine_version)


@after("elasticache:DeleteReplicationGroup")
def nothing_is_left_of_it(asked: Asked, answer: dict[str, Any]) -> None:
    name = answer["ReplicationGroup"]["ReplicationGroupId"]
    asked.memory.busy.pop(busy_name(asked, name), None)
    asked.kept("elasticache:pending").pop(name, None)
    replication_groups(asked).pop(name, None)


# --- more and fewer nodes, which moto has not


def _group_that_is_ready(asked: Asked) -> Any:
    name = str(asked.get("ReplicationGroupId"))
    group, waits = replication_groups(asked).get(name), asked.memory.busy.get(busy_name(asked, name))
    if group is None:
        raise RefusedError("ReplicationGroupNotFoundFault", f"ReplicationGroup {name} not found.", 404)
    if waits is not None and not waits.over:
        raise RefusedError("InvalidReplicationGroupState", "Replication group must be in available state to modify.")
    return group


@instead("elasticache:IncreaseReplicaCount", "elasticache:DecreaseReplicaCount")
def other_number_of_nodes(asked: Asked) -> dict[str, Any]:
    group, wanted = _group_that_is_ready(asked), int(asked.get("NewReplicaCount", -1))
    has, more = len(group.member_clusters) - 1, asked.call.name.startswith("Increase")
    if wanted == has:
        raise RefusedError("NoOperationFault", "The operation was not performed because no changes were required.")
    if not (has < wanted <= REPLICAS if more else LEAST[group.automatic_failover] <= wanted < has):
        raise RefusedError(
            "InvalidParameterValue", f"The number of replicas cannot be changed from {has} to {wanted} by {asked.call.name}."
        )
    _numbered(group, wanted + 1)
    asked.memory.begin(busy_name(asked, group.replication_group_id), "modifying")
    return {"ReplicationGroup": {"ReplicationGroupId": group.replication_group_id, "Status": "modifying"}}


def _numbered(group: Any, nodes: int) -> None:
    members, name = group.node_groups[0]["node_group_members"], group.replication_group_id
    for number in range(len(members) + 1, nodes + 1):
        identity = f"{name}-{number:03d}"
        fresh = {**members[0], "cache_cluster_id": identity, "current_role": "replica"}
        address = members[0]["read_endpoint"]["address"].replace(f"{name}-001", identity)
        members.append({**fresh, "read_endpoint": {**members[0]["read_endpoint"], "address": address}})
    del members[nodes:]
    group.member_clusters[:] = [one["cache_cluster_id"] for one in members]


# --- the nodes of replication groups, which moto does not list


def _members(asked: Asked) -> dict[str, dict[str, Any]]:
    return {member: _member(asked, group, member) for group in replication_groups(asked).values() for member in group.member_clusters}


def _member(asked: Asked, group: Any, member: str) -> dict[str, Any]:
    waits = asked.memory.busy.get(busy_name(asked, group.replication_group_id))
    return {
        "CacheClusterId": member, "CacheNodeType": group.cache_node_type, "Engine": group.engine, "EngineVersion": group.engine_version,
        "CacheClusterStatus": waits.status if waits is not None and not waits.over else "available", "NumCacheNodes": 1,
        "ReplicationGroupId": group.replication_group_id, "CacheSubnetGroupName": group.cache_subnet_group_name,
        "CacheParameterGroup": {"CacheParameterGroupName": group.cache_parameter_group_name, "ParameterApplyStatus": "in-sync"},
        "SecurityGroups": [{"SecurityGroupId": one, "Status": "active"} for one in group.security_group_ids or ()],
        "PreferredMaintenanceWindow": group.preferred_maintenance_window or "sun:23:00-mon:01:30", "ARN": _arn(asked, "cluster", member),
        "SnapshotRetentionLimit": group.snapshot_retention_limit, "SnapshotWindow": group.snapshot_window,
        "AtRestEncryptionEnabled": bool(group.at_rest_encryption_enabled), "AuthTokenEnabled": group.auth_token_enabled,
        "TransitEncryptionEnabled": bool(group.transit_encryption_enabled),
        "AutoMinorVersionUpgrade": group.auto_minor_version_upgrade is not False,
        "PendingModifiedValues": asked.kept("elasticache:pending").get(group.replication_group_id, {}),
    }  # fmt: skip


@instead("elasticache:DescribeCacheClusters")
def one_member(asked: Asked) -> dict[str, Any] | None:
    found = _members(asked).get(str(asked.get("CacheClusterId")))
    return {"CacheClusters": [found]} if found else None


@after("elasticache:DescribeCacheClusters")
def all_members(asked: Asked, answer: dict[str, Any]) -> dict[str, Any] | None:
    found = list(_members(asked).values())
    if asked.get("CacheClusterId") or not found or str(asked.get("ShowCacheClustersNotInReplicationGroups", "")).lower() == "true":
        return None
    return {**answer, "CacheClusters": [*answer.get("CacheClusters", ()), *found]}
