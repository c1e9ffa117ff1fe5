# SPDX-License-Identifier: GPL-3.0-or-later
"""ElastiCache: parameter groups, subnet groups, and replication groups that take their time."""

from __future__ import annotations

from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import network
from tests.lab_aws.clients import client, refused

CACHE = {
    "ReplicationGroupId": "cache",
    "ReplicationGroupDescription": "cache",
    "Engine": "valkey",
    "EngineVersion": "8.0",
    "CacheNodeType": "cache.t4g.micro",
    "CacheSubnetGroupName": "cache",
    "TransitEncryptionEnabled": True,
    "AtRestEncryptionEnabled": True,
    "NumCacheClusters": 1,
}


def _made(aws: Server, **more: Any) -> dict[str, Any]:
    place, cache = network(aws), client(aws, "elasticache")
    cache.create_cache_subnet_group(CacheSubnetGroupName="cache", CacheSubnetGroupDescription="cache", SubnetIds=place.subnets)
    made: dict[str, Any] = cache.create_replication_group(**{**CACHE, "SecurityGroupIds": [place.group], **more})["ReplicationGroup"]
    return made


def _seen(aws: Server) -> dict[str, Any]:
    seen: dict[str, Any] = client(aws, "elasticache").describe_replication_groups(ReplicationGroupId="cache")["ReplicationGroups"][0]
    return seen


def _group(aws: Server, family: str = "valkey8") -> None:
    asked = {"CacheParameterGroupName": "app", "CacheParameterGroupFamily": family, "Description": "app"}
    client(aws, "elasticache").create_cache_parameter_group(**asked)


def _set(aws: Server, name: str, value: str) -> None:
    values = [{"ParameterName": name, "ParameterValue": value}]
    client(aws, "elasticache").modify_cache_parameter_group(CacheParameterGroupName="app", ParameterNameValues=values)


def _own(aws: Server) -> dict[str, str]:
    told = client(aws, "elasticache").describe_cache_parameters(CacheParameterGroupName="app", Source="user")["Parameters"]
    return {one["ParameterName"]: one["ParameterValue"] for one in told}


def test_a_parameter_group_is_made_filled_emptied_and_deleted(aws: Server) -> None:
    cache = client(aws, "elasticache")
    _group(aws)
    with refused("CacheParameterGroupAlreadyExists"):
        _group(aws)
    _set(aws, "maxmemory-policy", "allkeys-lru")
    assert _own(aws) == {"maxmemory-policy": "allkeys-lru"}
    cache.reset_cache_parameter_group(CacheParameterGroupName="app", ResetAllParameters=True)
    assert _own(aws) == {}
    assert (
        cache.describe_cache_parameter_groups(CacheParameterGroupName="app")["CacheParameterGroups"][0]["CacheParameterGroupFamily"]
        == "valkey8"
    )
    cache.delete_cache_parameter_group(CacheParameterGroupName="app")
    with refused("CacheParameterGroupNotFound"):
        cache.describe_cache_parameter_groups(CacheParameterGroupName="app")


@pytest.mark.parametrize(("name", "value"), [("nobody", "1"), ("appendonly", "yes"), ("maxmemory-policy", "random"), ("timeout", "soon")])
def test_parameters_have_a_name_and_a_range(aws: Server, name: str, value: str) -> None:
    _group(aws)
    with refused("InvalidParameterValue"):
        _set(aws, name, value)


def test_families_are_known_and_default_groups_stay(aws: Server) -> None:
    cache = client(aws, "elasticache")
    with refused("InvalidParameterValue"):
        _group(aws, "valkey99")
    with refused("InvalidCacheParameterGroupState"):
        cache.delete_cache_parameter_group(CacheParameterGroupName="default.valkey8")
    assert cache.describe_engine_default_parameters(CacheParameterGroupFamily="valkey8")["EngineDefaults"]["Parameters"] != []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"CacheNodeType": "cache.t9.micro"}, "InvalidParameterValue"),
        ({"EngineVersion": "99"}, "InvalidParameterCombination"),
        ({"CacheSubnetGroupName": "nobody"}, "CacheSubnetGroupNotFoundFault"),
        ({"CacheParameterGroupName": "nobody"}, "CacheParameterGroupNotFound"),
        ({"CacheParameterGroupName": "default.redis7"}, "InvalidParameterCombination"),
        ({"AutomaticFailoverEnabled": True}, "InvalidParameterValue"),
        ({"MultiAZEnabled": True}, "InvalidParameterCombination"),
        ({"AuthToken": "a-token-that-is-long", "TransitEncryptionEnabled": False}, "InvalidParameterCombination"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else None,
)
def test_what_does_not_fit_is_refused(aws: Server, more: dict[str, Any], code: str) -> None:
    with refused(code):
        _made(aws, **more)
    assert client(aws, "elasticache").describe_replication_groups()["ReplicationGroups"] == []


def test_a_cache_is_not_there_at_once(aws: Server) -> None:
    aws.settings(busy_describes=1)
    assert _made(aws)["Status"] == "creating"
    cache = client(aws, "elasticache")
    for change in (cache.modify_replication_group, cache.delete_replication_group):
        with refused("InvalidReplicationGroupState"):
            change(ReplicationGroupId="cache")
    first, second = _seen(aws), _seen(aws)
    assert ("PrimaryEndpoint" in first["NodeGroups"][0], "PrimaryEndpoint" in second["NodeGroups"][0]) == (False, True)
    assert (first["Status"], second["Status"]) == ("creating", "available")
    cache.delete_replication_group(ReplicationGroupId="cache")
    with refused("ReplicationGroupNotFoundFault"):
        _seen(aws)


def test_its_nodes_say_what_the_group_does_not(aws: Server) -> None:
    _group(aws)
    _made(aws, CacheParameterGroupName="app", NumCacheClusters=2)
    cache = client(aws, "elasticache")
    members = cache.describe_cache_clusters()["CacheClusters"]
    assert {one["CacheClusterId"] for one in members} == set(_seen(aws)["MemberClusters"])
    one = cache.describe_cache_clusters(CacheClusterId=members[0]["CacheClusterId"])["CacheClusters"][0]
    assert (one["EngineVersion"], one["CacheParameterGroup"]["CacheParameterGroupName"], len(one["SecurityGroups"])) == ("8.0", "app", 1)


def test_changes_wait_unless_they_are_applied_immediately(aws: Server) -> None:
    _made(aws)
    cache = client(aws, "elasticache")
    cache.modify_replication_group(ReplicationGroupId="cache", CacheNodeType="cache.t4g.small", ReplicationGroupDescription="other")
    assert (_seen(aws)["CacheNodeType"], _seen(aws)["Description"]) == ("cache.t4g.micro", "other")
    aws.maintain()
    assert _seen(aws)["CacheNodeType"] == "cache.t4g.small"
    cache.modify_replication_group(ReplicationGroupId="cache", EngineVersion="8.1", ApplyImmediately=True)
    assert cache.describe_cache_clusters()["CacheClusters"][0]["EngineVersion"] == "8.1"
    with refused("InvalidParameterCombination"):
        cache.modify_replication_group(ReplicationGroupId="cache", EngineVersion="8.0", ApplyImmediately=True)


def test_groups_in_use_stay(aws: Server) -> None:
    _group(aws)
    _made(aws, CacheParameterGroupName="app")
    cache = client(aws, "elasticache")
    with refused("InvalidCacheParameterGroupState"):
        cache.delete_cache_parameter_group(CacheParameterGroupName="app")
    with refused("CacheSubnetGroupInUse"):
        cache.delete_cache_subnet_group(CacheSubnetGroupName="cache")
    cache.delete_replication_group(ReplicationGroupId="cache")
    cache.delete_cache_parameter_group(CacheParameterGroupName="app")
    cache.delete_cache_subnet_group(CacheSubnetGroupName="cache")


def test_a_subnet_group_is_changed(aws: Server) -> None:
    place, cache = network(aws), client(aws, "elasticache")
    with refused("InvalidSubnet"):
        cache.create_cache_subnet_group(CacheSubnetGroupName="x", CacheSubnetGroupDescription="x", SubnetIds=["subnet-0123456789abcdef0"])
    cache.create_cache_subnet_group(CacheSubnetGroupName="x", CacheSubnetGroupDescription="x", SubnetIds=place.subnets[:1])
    cache.modify_cache_subnet_group(CacheSubnetGroupName="x", CacheSubnetGroupDescription="y", SubnetIds=place.subnets)
    seen = cache.describe_cache_subnet_groups(CacheSubnetGroupName="x")["CacheSubnetGroups"][0]
    assert (seen["CacheSubnetGroupDescription"], {one["SubnetIdentifier"] for one in seen["Subnets"]}) == ("y", set(place.subnets))
    with refused("CacheSubnetGroupNotFoundFault"):
        cache.modify_cache_subnet_group(CacheSubnetGroupName="nobody", SubnetIds=place.subnets)
