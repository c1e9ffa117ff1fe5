# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, secrets, tables, registries, nodes of a cache, and what else AWS refuses or does at once."""

from __future__ import annotations

from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import instance, network
from tests.lab_aws.clients import ACCOUNT, client, refused

KEY = {"AttributeDefinitions": [{"AttributeName": "n", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}]}
FUNCTION = f"arn:aws:lambda:ap-northeast-2:{ACCOUNT}:function:rotate"


def test_a_key_that_waits_for_its_deletion_waits(aws: Server) -> None:
    kms = client(aws, "kms")
    key = {"KeyId": kms.create_key()["KeyMetadata"]["KeyId"]}
    with refused("KMSInvalidStateException"):
        kms.cancel_key_deletion(**key)
    with refused("ValidationException"):
        kms.schedule_key_deletion(**key, PendingWindowInDays=3)
    kms.schedule_key_deletion(**key, PendingWindowInDays=7)
    for operation in (kms.enable_key, kms.enable_key_rotation, kms.get_key_rotation_status, kms.schedule_key_deletion):
        with refused("KMSInvalidStateException"):
            operation(**key)
    kms.cancel_key_deletion(**key)
    kms.enable_key(**key)
    kms.enable_key_rotation(**key)


def test_a_secret_that_waits_for_its_deletion_waits(aws: Server) -> None:
    secrets = client(aws, "secretsmanager")
    secrets.create_secret(Name="app", SecretString="hunter2")
    secrets.delete_secret(SecretId="app", RecoveryWindowInDays=7)
    tags = [{"Key": "a", "Value": "b"}]
    calls: list[tuple[Any, dict[str, Any]]] = [(secrets.tag_resource, {"Tags": tags}), (secrets.get_resource_policy, {})]
    for operation, more in [*calls, (secrets.update_secret, {"Description": "d"}), (secrets.put_secret_value, {"SecretString": "x"})]:
        with refused("InvalidRequestException"):
            operation(SecretId="app", **more)
    with refused("InvalidRequestException"):
        secrets.create_secret(Name="app", SecretString="hunter2")
    secrets.restore_secret(SecretId="app")
    secrets.tag_resource(SecretId="app", Tags=tags)


def test_a_secret_is_rotated_by_a_function(aws: Server) -> None:
    secrets = client(aws, "secretsmanager")
    secrets.create_secret(Name="app", SecretString="hunter2")
    with refused("InvalidRequestException"):
        secrets.rotate_secret(SecretId="app")
    secrets.rotate_secret(SecretId="app", RotationLambdaARN=FUNCTION, RotationRules={"AutomaticallyAfterDays": 30})
    assert secrets.describe_secret(SecretId="app")["RotationEnabled"]
    secrets.cancel_rotate_secret(SecretId="app")
    assert not secrets.describe_secret(SecretId="app").get("RotationEnabled")


def test_a_table_is_changed_when_it_is_ready(aws: Server) -> None:
    tables = client(aws, "dynamodb")
    aws.settings(busy_describes=1)
    tables.create_table(TableName="t", BillingMode="PAY_PER_REQUEST", **KEY)
    with refused("ResourceInUseException"):
        tables.update_table(TableName="t", DeletionProtectionEnabled=True)
    assert [tables.describe_table(TableName="t")["Table"]["TableStatus"] for _ in range(2)] == ["CREATING", "ACTIVE"]
    tables.update_table(TableName="t", DeletionProtectionEnabled=True)
    aws.settle()
    with refused("ValidationException"):
        tables.delete_table(TableName="t")


@pytest.mark.parametrize("asked", [{}, {"BillingMode": "PROVISIONED"}])
def test_a_table_is_asked_for_something_that_fits(aws: Server, asked: dict[str, Any]) -> None:
    tables = client(aws, "dynamodb")
    tables.create_table(TableName="t", BillingMode="PAY_PER_REQUEST", **KEY)
    with refused("ValidationException"):
        tables.update_table(TableName="t", **asked)


def test_tags_that_may_move_are_named_where_the_others_are_fixed(aws: Server) -> None:
    ecr = client(aws, "ecr")
    filters = [{"filterType": "WILDCARD", "filter": f"t{number}"} for number in range(6)]
    for mode, given in (("IMMUTABLE_WITH_EXCLUSION", {}), ("IMMUTABLE", filters[:1]), ("IMMUTABLE_WITH_EXCLUSION", filters)):
        more = {"imageTagMutabilityExclusionFilters": given} if given else {}
        with refused("InvalidParameterException"):
            ecr.create_repository(repositoryName="app", imageTagMutability=mode, **more)


def _cache(aws: Server) -> Any:
    cache, place = client(aws, "elasticache"), network(aws)
    cache.create_cache_subnet_group(CacheSubnetGroupName="g", CacheSubnetGroupDescription="g", SubnetIds=place.subnets)
    what = {"Engine": "valkey", "EngineVersion": "8.0", "CacheNodeType": "cache.t4g.micro", "NumCacheClusters": 1}
    cache.create_replication_group(ReplicationGroupId="c", ReplicationGroupDescription="c", CacheSubnetGroupName="g", **what)
    return cache


def test_nodes_of_a_cache_come_and_go(aws: Server) -> None:
    cache = _cache(aws)

    def nodes() -> list[str]:
        found = cache.describe_replication_groups(ReplicationGroupId="c")["ReplicationGroups"][0]["MemberClusters"]
        return [str(one) for one in found]

    asked = {"ReplicationGroupId": "c", "ApplyImmediately": True}
    for operation in (cache.increase_replica_count, cache.decrease_replica_count):
        with refused("NoOperationFault"):
            operation(**asked, NewReplicaCount=0)
    for operation, count in ((cache.increase_replica_count, 6), (cache.decrease_replica_count, 1)):
        with refused("InvalidParameterValue"):
            operation(**asked, NewReplicaCount=count)
    cache.increase_replica_count(**asked, NewReplicaCount=2)
    assert nodes() == ["c-001", "c-002", "c-003"]
    aws.settings(busy_describes=5)
    cache.decrease_replica_count(**asked, NewReplicaCount=0)
    with refused("InvalidReplicationGroupState"):
        cache.increase_replica_count(**asked, NewReplicaCount=1)
    assert nodes() == ["c-001"]
    with refused("ReplicationGroupNotFoundFault"):
        cache.increase_replica_count(ReplicationGroupId="d", NewReplicaCount=1, ApplyImmediately=True)


def test_a_database_changes_its_port_at_once_and_shows_its_insights(aws: Server) -> None:
    rds = client(aws, "rds")
    what = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20, "MasterUsername": "postgres"}
    rds.create_db_instance(DBInstanceIdentifier="d", MasterUserPassword="long-enough", EnablePerformanceInsights=True, **what)
    with refused("InvalidParameterValue"):
        rds.modify_db_instance(DBInstanceIdentifier="d", DBPortNumber=80)
    rds.modify_db_instance(DBInstanceIdentifier="d", DBPortNumber=15432)
    found = rds.describe_db_instances(DBInstanceIdentifier="d")["DBInstances"][0]
    assert (found["Endpoint"]["Port"], found["PerformanceInsightsEnabled"]) == (15432, True)
    rds.modify_db_instance(DBInstanceIdentifier="d", EnablePerformanceInsights=False)
    assert not rds.describe_db_instances(DBInstanceIdentifier="d")["DBInstances"][0]["PerformanceInsightsEnabled"]


@pytest.mark.parametrize(
    ("family", "name"), [("postgres15", "rds.rds_superuser_reserved_connections"), ("postgres17", "reserved_connections")]
)
def test_connections_are_kept_back_by_another_name_since_16(aws: Server, family: str, name: str) -> None:
    rds = client(aws, "rds")
    rds.create_db_parameter_group(DBParameterGroupName="g", DBParameterGroupFamily=family, Description="g")
    names = {"rds.rds_superuser_reserved_connections", "reserved_connections"}
    for one in names:
        given = [{"ParameterName": one, "ParameterValue": "5", "ApplyMethod": "pending-reboot"}]
        if one == name:
            rds.modify_db_parameter_group(DBParameterGroupName="g", Parameters=given)
        else:
            with refused("InvalidParameterValue"):
                rds.modify_db_parameter_group(DBParameterGroupName="g", Parameters=given)


def test_an_instance_is_changed_one_attribute_at_a_time_and_keeps_its_groups(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    identity = instance(aws, place)
    shut_down = {"InstanceInitiatedShutdownBehavior": {"Value": "terminate"}}
    with refused("InvalidParameterCombination"):
        ec2.modify_instance_attribute(InstanceId=identity, SourceDestCheck={"Value": False}, **shut_down)
    ec2.modify_instance_attribute(InstanceId=identity, **shut_down)
    found = ec2.describe_instances(InstanceIds=[identity])["Reservations"][0]["Instances"][0]
    assert [one["GroupId"] for one in found["SecurityGroups"]] == [place.group]
    told = ec2.describe_instance_attribute(InstanceId=identity, Attribute="instanceInitiatedShutdownBehavior")
    assert told["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"


def test_groups_of_an_instance_are_those_of_its_first_interface(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    identity = instance(aws, place)
    other = ec2.create_security_group(GroupName="other", Description="other", VpcId=place.vpc)["GroupId"]
    has = ec2.describe_instances(InstanceIds=[identity])["Reservations"][0]["Instances"][0]["NetworkInterfaces"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=has[0]["NetworkInterfaceId"], Groups=[other])
    found = ec2.describe_instances(InstanceIds=[identity])["Reservations"][0]["Instances"][0]
    assert [one["GroupId"] for one in found["SecurityGroups"]] == [other]


def test_lists_of_a_network_go_with_it(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    before = len(ec2.describe_network_acls()["NetworkAcls"])
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    ec2.delete_subnet(SubnetId=subnet)
    left = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    assert [one["Associations"] for one in left] == [[]]
    ec2.delete_vpc(VpcId=vpc)
    assert len(ec2.describe_network_acls()["NetworkAcls"]) == before
