# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import cache_subnet_group, subnet_group
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Goal, Ref

from ..answers import CACHE, RDS, account, calls
from ..example import environment

PREFIX = "echodiary-production"
ENV = environment(database={}, cache={})
VPC = {"VpcId": "vpc-1", "CidrBlock": "10.20.0.0/16", "Tags": [{"Key": "Name", "Value": PREFIX}]}
SUBNETS = [{"SubnetIdentifier": "subnet-1"}, {"SubnetIdentifier": "subnet-2"}]
DATABASE = {
    "DBSubnetGroupName": f"{PREFIX}-database",
    "DBSubnetGroupArn": f"{RDS}subgrp:{PREFIX}-database",
    "DBSubnetGroupDescription": f"private subnets of {PREFIX}",
    "VpcId": "vpc-1",
    "Subnets": SUBNETS,
}
CACHES = {
    "CacheSubnetGroupName": f"{PREFIX}-cache",
    "ARN": f"{CACHE}subnetgroup:{PREFIX}-cache",
    "CacheSubnetGroupDescription": f"private subnets of {PREFIX}",
    "VpcId": "vpc-1",
    "Subnets": SUBNETS,
}
GROUPS: Any = [(subnet_group, DATABASE, "DBSubnetGroupName"), (cache_subnet_group, CACHES, "CacheSubnetGroupName")]


@pytest.mark.parametrize(("kind", "told", "key"), GROUPS, ids=lambda one: getattr(one, "NAME", ""))
def test_those_of_the_name_and_those_of_the_network_are_seen(kind: Any, told: dict[str, Any], key: str) -> None:
    others = [{**told, key: "elsewhere", "VpcId": "vpc-9"}, {**told, key: "beside"}]
    aws = account(
        describe_vpcs={"Vpcs": [VPC]},
        describe_db_subnet_groups={"DBSubnetGroups": [told, *others]},
        describe_cache_subnet_groups={"CacheSubnetGroups": [told, *others]},
        list_tags_for_resource={"TagList": [{"Key": key, "Value": value} for key, value in ENV.ours.items()]},
    )
    first, second = kind.observe(aws, ENV)
    assert (first.resource.name, second.resource.name) == (told[key], "beside") and first.ours
    assert first.fields["subnets"] == ["subnet-1", "subnet-2"] and first.id == told.get("DBSubnetGroupArn", told.get("ARN"))


@pytest.mark.parametrize("kind", [subnet_group, cache_subnet_group], ids=lambda kind: kind.NAME)
def test_only_private_subnets_are_in_it(kind: Any) -> None:
    (wanted,) = kind.declared(ENV)
    assert wanted.fields["subnets"] == [Ref("subnet", f"{PREFIX}-private-a"), Ref("subnet", f"{PREFIX}-private-c")]


def made(kind: Any, **before: Any) -> list[str]:
    fields = {"description": "d", "subnets": ["subnet-1"], "tags": {"Name": "n"}}
    return [name for name, _ in calls(kind.hands(Goal("n", "arn:x" if before else "", fields, {}, {**fields, **before} if before else {})))]


def test_a_cache_has_its_tags_from_the_beginning() -> None:
    assert made(cache_subnet_group) == ["create_cache_subnet_group"]
    assert made(cache_subnet_group, subnets=[]) == ["community.aws.elasticache_subnet_group"]
    assert made(cache_subnet_group, tags={}) == ["add_tags_to_resource"]
    assert made(subnet_group) == made(subnet_group, tags={}) == ["amazon.aws.rds_subnet_group"]
