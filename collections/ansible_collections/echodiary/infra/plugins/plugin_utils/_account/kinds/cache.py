# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache: one node of Valkey or Redis, reached by hosts alone, over TLS, without a password (its security group says who may ask).

What it holds is counted again within seconds (EchoDiary keeps totals in it, each with an expiry, and serves without it): it is no data,
so it may be replaced and taken back, has no snapshots, and AWS's own parameters fit (``volatile-lru`` evicts what has an expiry).

By AWS's own operations: no module knows replication groups, and without one there is neither TLS nor Valkey. AWS does one thing to it at a
time, so what differs in number of nodes is done when the rest is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import model
from . import arns, cache_subnet_group, security_group, tags

if TYPE_CHECKING:
    from ..aws import Aws
    from ..declaration import Environment

NAME = "cache"
EFFECT: model.Effects = {
    "engine": model.REPLACE,
    "encrypted": model.REPLACE,
    "tls": model.REPLACE,
    "password": model.REPLACE,
    "subnet_group": model.REPLACE,
    "version": model.RESTART,
    "node": model.RESTART,
}
KEPT = False
RUNS = True
#: how long AWS may take for it (s)
SETTLES = 20 * 60
EVENTS = "elasticache"
READS: model.Rights = (
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeCacheClusters",
    "elasticache:ListTagsForResource",
)
WRITES: model.Rights = (
    "elasticache:CreateReplicationGroup",
    "elasticache:ModifyReplicationGroup",
    "elasticache:IncreaseReplicaCount",
    "elasticache:DecreaseReplicaCount",
    "elasticache:AddTagsToResource",
    "elasticache:DeleteReplicationGroup",
    "iam:CreateServiceLinkedRole",
)
#: field -> as AWS takes it
_GIVEN = {
    "description": "ReplicationGroupDescription",
    "version": "EngineVersion",
    "node": "CacheNodeType",
    "snapshot_days": "SnapshotRetentionLimit",
    "minor_upgrades": "AutoMinorVersionUpgrade",
    "failover": "AutomaticFailoverEnabled",
    "tls_mode": "TransitEncryptionMode",
    "security_groups": "SecurityGroupIds",
}
#: AWS's own parameters, whatever it calls them for this engine and version
_THEIRS = "default"
#: of one that is there
_ABSENT = ("ReplicationGroupNotFoundFault", "CacheClusterNotFound", "CacheClusterNotFoundFault")
_SAFE: Mapping[str, Any] = {
    "encrypted": True,
    "tls": True,
    "tls_mode": "required",
    "password": False,
    "nodes": 1,
    "failover": False,
    "snapshot_days": 0,
    "minor_upgrades": True,
    "parameters": _THEIRS,
}


def declared(env: Environment) -> Iterator[model.Wanted]:
    cache = env.declared["cache"]
    if cache:
        what = {"engine": cache["engine"], "version": cache["version"], "node": cache["node"], "description": f"cache of {env.prefix}"}
        places = {
            "subnet_group": model.Ref(cache_subnet_group.NAME, cache_subnet_group.called(env)),
            "security_groups": [model.Ref(security_group.NAME, env.called(NAME))],
        }
        yield model.Wanted(
            model.Resource(NAME, env.prefix), {**what, **_SAFE, **places, "tags": env.tags(env.prefix)}, {"port": env.stores[NAME]}
        )


def found(aws: Aws) -> list[Any]:
    """All of the account, as AWS tells them."""
    return aws.find("elasticache", "describe_replication_groups", "ReplicationGroups[]")


def observe(aws: Aws, env: Environment) -> Iterator[model.Seen]:
    for one in found(aws):
        given = tags.read(aws.find("elasticache", "list_tags_for_resource", "TagList[]", _ABSENT, ResourceName=one["ARN"]))
        if one["ReplicationGroupId"] == env.prefix or tags.are_ours(given, env):
            yield _seen(one, _node(aws, one), given, env)


def _node(aws: Aws, group: Mapping[str, Any]) -> Mapping[str, Any]:
    """What AWS tells of a node only; nothing as long as there is none."""
    first = next(iter(sorted(group["MemberClusters"])), None)
    found = aws.one("elasticache", "describe_cache_clusters", "CacheClusters[]", _ABSENT, CacheClusterId=first) if first else None
    return found or {}


def _seen(one: Mapping[str, Any], node: Mapping[str, Any], given: Mapping[str, str], env: Environment) -> model.Seen:
    fields = {**_of_group(one), **_of_node(node, one, env), "tags": tags.compared(given, env)}
    resource, state = model.Resource(NAME, one["ReplicationGroupId"]), one["Status"]
    settled = state in ("available", "create-failed")
    return model.Seen(resource, one["ARN"], fields, tags.are_ours(given, env), settled, state, tuple(_notes(one, node)))


def _of_group(one: Mapping[str, Any]) -> dict[str, Any]:
    will_be = {**one, **_pending(one)}
    return {
        "description": one["Description"],
        "engine": one.get("Engine"),
        "node": one.get("CacheNodeType"),
        "encrypted": one.get("AtRestEncryptionEnabled", False),
        "tls": will_be.get("TransitEncryptionEnabled", False),
        "tls_mode": will_be.get("TransitEncryptionMode"),
        "password": one.get("AuthTokenEnabled", False),
        "nodes": len(one["MemberClusters"]),
        "failover": will_be.get("AutomaticFailoverStatus", one.get("AutomaticFailover")) in ("enabled", "enabling"),
        "snapshot_days": one.get("SnapshotRetentionLimit", 0),
        "minor_upgrades": one.get("AutoMinorVersionUpgrade"),
    }


def _of_node(node: Mapping[str, Any], group: Mapping[str, Any], env: Environment) -> dict[str, Any]:
    will_be = {**node, **_pending(node)}
    fields = {"version": _version(str(will_be.get("EngineVersion", "")), env)}
    if _pending(node).get("CacheNodeType"):
        fields["node"] = will_be["CacheNodeType"]
    groups = [each["SecurityGroupId"] for each in node.get("SecurityGroups", ()) if each.get("Status", "active") in ("adding", "active")]
    where = arns.beside(group["ARN"], "subnetgroup", node["CacheSubnetGroupName"]) if node.get("CacheSubnetGroupName") else None
    parameters = (will_be.get("CacheParameterGroup") or {}).get("CacheParameterGroupName", _THEIRS)
    theirs = parameters.startswith(f"{_THEIRS}.")
    return {**fields, "security_groups": groups, "subnet_group": where, "parameters": _THEIRS if theirs else parameters}


def _version(found: str, env: Environment) -> str:
    """As declared, where what runs is a patch of it."""
    cache = env.declared["cache"]
    want = cache["version"] if cache else found
    return want if f"{found}.".startswith(f"{want}.") else found


def _pending(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.get("PendingModifiedValues", {}).items() if value not in (None, [], {})}


def _notes(one: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[str]:
    pending = ", ".join(sorted({**_pending(one), **_pending(node)}))
    if pending:
        yield f"AWS was asked for {pending}, and has not done it yet: it counts as done"


def hands(goal: model.Goal) -> model.Calls:
    if not goal.id:
        yield model.Api("elasticache", "create_replication_group", _created(goal))
        return
    if goal.differs("tags"):
        yield model.Api("elasticache", "add_tags_to_resource", {"ResourceName": goal.id, "Tags": tags.written(goal.fields["tags"])})
    changed = {argument: goal.fields[field] for field, argument in _GIVEN.items() if goal.differs(field)}
    if goal.differs("parameters"):
        changed["CacheParameterGroupName"] = _parameters(goal.fields)
    if changed:
        args = {"ReplicationGroupId": goal.name, "ApplyImmediately": True, **changed}
        yield model.Api("elasticache", "modify_replication_group", args)
    elif goal.differs("nodes"):
        more = goal.fields["nodes"] > goal.before["nodes"]
        args = {"ReplicationGroupId": goal.name, "NewReplicaCount": goal.fields["nodes"] - 1, "ApplyImmediately": True}
        yield model.Api("elasticache", "increase_replica_count" if more else "decrease_replica_count", args)


def _parameters(fields: Mapping[str, Any]) -> str:
    """As AWS calls its own: up to version 6 of Redis in another way."""
    if fields["parameters"] != _THEIRS:
        return str(fields["parameters"])
    major = fields["version"].split(".", 1)[0]
    return f"{_THEIRS}.{fields['engine']}{major}{'.x' if major == '6' else ''}"


def _created(goal: model.Goal) -> dict[str, model.Json]:
    port = goal.once["port"]
    given = {argument: goal.fields[field] for field, argument in _GIVEN.items()}
    what = {"Engine": goal.fields["engine"], "NumCacheClusters": goal.fields["nodes"], "Port": port}
    safe = {"AtRestEncryptionEnabled": goal.fields["encrypted"], "TransitEncryptionEnabled": goal.fields["tls"]}
    where = {"CacheSubnetGroupName": arns.name(goal.fields["subnet_group"])}
    return {"ReplicationGroupId": goal.name, **what, **given, **safe, **where, "Tags": tags.written(goal.fields["tags"])}


def remove(seen: model.Seen) -> model.Calls:
    if seen.state == "deleting":
        return
    yield model.Api("elasticache", "delete_replication_group", {"ReplicationGroupId": seen.resource.name, "RetainPrimaryCluster": False})
