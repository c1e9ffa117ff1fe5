# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import plan as planning
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import cache
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Goal, Resource, Seen

from ..answers import CACHE, account, calls
from ..example import environment

NAME = "echodiary-production"
ENV = environment(cache={})
IDS = {
    Resource("cache_subnet_group", f"{NAME}-cache"): f"{CACHE}subnetgroup:{NAME}-cache",
    Resource("security_group", f"{NAME}-cache"): "sg-1",
}


def seen(group: dict[str, Any], node: dict[str, Any]) -> Seen:
    told: dict[str, Any] = {
        "ReplicationGroupId": NAME,
        "ARN": f"{CACHE}replicationgroup:{NAME}",
        "Description": f"cache of {NAME}",
        "Status": "available",
        "Engine": "valkey",
        "CacheNodeType": "cache.t4g.micro",
        "MemberClusters": [f"{NAME}-001"],
        "AutomaticFailover": "disabled",
        "SnapshotRetentionLimit": 0,
        "AuthTokenEnabled": False,
        "TransitEncryptionEnabled": True,
        "TransitEncryptionMode": "required",
        "AtRestEncryptionEnabled": True,
        "AutoMinorVersionUpgrade": True,
        **group,
    }
    member = {
        "EngineVersion": "8.0.1",
        "CacheSubnetGroupName": f"{NAME}-cache",
        "SecurityGroups": [{"SecurityGroupId": "sg-1", "Status": "active"}],
        **node,
    }
    given = [{"Key": key, "Value": value} for key, value in ENV.tags(NAME).items()]
    answers = {
        "describe_replication_groups": {"ReplicationGroups": [told]},
        "describe_cache_clusters": {"CacheClusters": [member]},
        "list_tags_for_resource": {"TagList": given},
    }
    (found,) = cache.observe(account(**answers), ENV)
    return found


def change(group: dict[str, Any], node: dict[str, Any]) -> model.Change | None:
    kinds: Any = {cache.NAME: cache}
    return next(iter(planning.plan(cache.declared(ENV), [seen(group, node)], kinds, IDS)), None)


def goal(**before: Any) -> Goal:
    (wanted,) = cache.declared(ENV)
    fields = {name: planning.resolved(value, IDS) for name, value in wanted.fields.items()}
    return Goal(NAME, f"{CACHE}replicationgroup:{NAME}" if before else "", fields, wanted.once, {**fields, **before} if before else {})


def test_one_that_is_as_declared_is_no_change_whichever_patch_it_runs() -> None:
    assert change({}, {}) is None
    assert change({}, {"EngineVersion": "8.0"}) is None


@pytest.mark.parametrize(
    ("group", "node", "field", "action"),
    [
        ({"Engine": "redis"}, {}, "engine", model.REPLACE),
        ({}, {"EngineVersion": "7.2"}, "version", model.RESTART),
        ({}, {"EngineVersion": "8.01"}, "version", model.RESTART),
        ({"CacheNodeType": "cache.m7g.large"}, {}, "node", model.RESTART),
        ({"Description": "mine"}, {}, "description", model.UPDATE),
        ({"AtRestEncryptionEnabled": False}, {}, "encrypted", model.REPLACE),
        ({"TransitEncryptionEnabled": False}, {}, "tls", model.REPLACE),
        ({"TransitEncryptionMode": "preferred"}, {}, "tls_mode", model.UPDATE),
        ({"AuthTokenEnabled": True}, {}, "password", model.REPLACE),
        ({"MemberClusters": [f"{NAME}-001", f"{NAME}-002"]}, {}, "nodes", model.UPDATE),
        ({"AutomaticFailover": "enabled"}, {}, "failover", model.UPDATE),
        ({"SnapshotRetentionLimit": 7}, {}, "snapshot_days", model.UPDATE),
        ({"AutoMinorVersionUpgrade": False}, {}, "minor_upgrades", model.UPDATE),
        ({}, {"CacheSubnetGroupName": "other"}, "subnet_group", model.REPLACE),
        ({}, {"SecurityGroups": [{"SecurityGroupId": "sg-9", "Status": "active"}]}, "security_groups", model.UPDATE),
    ],
)
def test_each_field_that_a_hand_changes_is_seen(group: dict[str, Any], node: dict[str, Any], field: str, action: str) -> None:
    found = change(group, node)
    assert found is not None and (list(found.fields), found.action) == ([field], action)


def test_what_aws_was_asked_for_counts_as_done_and_is_told() -> None:
    pending = {"TransitEncryptionMode": "preferred", "PendingModifiedValues": {"TransitEncryptionMode": "required"}}
    assert change(pending, {}) is None and "TransitEncryptionMode" in seen(pending, {}).notes[0]
    scaled = ({"CacheNodeType": "cache.t4g.small"}, {"PendingModifiedValues": {"CacheNodeType": "cache.t4g.micro"}})
    assert change(*scaled) is None and "CacheNodeType" in seen(*scaled).notes[0]


@pytest.mark.parametrize(("state", "settled"), [("creating", False), ("modifying", False), ("snapshotting", False), ("available", True)])
def test_it_is_settled_when_aws_is_done(state: str, settled: bool) -> None:
    assert seen({"Status": state}, {}).settled is settled


def test_it_is_made_with_tls_encrypted_and_in_its_group() -> None:
    ((operation, args),) = calls(cache.hands(goal()))
    assert operation == "create_replication_group" and "AuthToken" not in args
    assert (args["TransitEncryptionEnabled"], args["TransitEncryptionMode"], args["AtRestEncryptionEnabled"]) == (True, "required", True)
    assert (args["Engine"], args["EngineVersion"], args["NumCacheClusters"], args["Port"]) == ("valkey", "8.0", 1, 6379)
    assert (args["CacheSubnetGroupName"], args["SecurityGroupIds"]) == (f"{NAME}-cache", ["sg-1"])


def test_only_what_differs_is_asked_for_and_nodes_when_the_rest_is_done() -> None:
    ((operation, args),) = calls(cache.hands(goal(failover=True, nodes=2)))
    assert operation == "modify_replication_group" and args == {
        "ReplicationGroupId": NAME,
        "ApplyImmediately": True,
        "AutomaticFailoverEnabled": False,
    }
    ((operation, args),) = calls(cache.hands(goal(nodes=2)))
    assert operation == "decrease_replica_count" and args["NewReplicaCount"] == 0


def test_tags_are_given_without_touching_the_rest() -> None:
    ((operation, args),) = calls(cache.hands(goal(tags={})))
    assert operation == "add_tags_to_resource" and args["ResourceName"] == f"{CACHE}replicationgroup:{NAME}"
