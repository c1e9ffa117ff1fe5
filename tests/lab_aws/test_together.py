# SPDX-License-Identifier: GPL-3.0-or-later
"""Many at once; a retry that meets what a lost answer made; the teardown of everything in AWS's order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

from lab.strict.server import Server
from tests.lab_aws.account import image, instance, network
from tests.lab_aws.clients import client, refused


def test_sixteen_threads_ask_at_once(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda number: ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"], range(32)))
    assert {one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]} == set(made)
    numbers = [one.number for one in aws.calls()]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 33


def test_boto3_tries_again_until_the_throttle_is_over(aws: Server) -> None:
    aws.fault(kind="throttle", times=2)
    config = Config(retries={"mode": "standard", "max_attempts": 4})
    boto3.Session("a", "b", region_name="ap-northeast-2").client("sts", endpoint_url=aws.url, config=config).get_caller_identity()
    assert [one.error for one in aws.calls()] == ["Throttling", "Throttling", None]


def test_a_lost_answer_and_a_token_make_one_instance(aws: Server) -> None:
    place, ec2 = network(aws), client(aws, "ec2")
    wanted = {"ImageId": image(aws), "InstanceType": "t4g.small", "SubnetId": place.subnets[0], "MinCount": 1, "MaxCount": 1}
    aws.fault(kind="timeout", operation="ec2:RunInstances", nth=1, after=True)
    patient = client(aws, "ec2").meta.config.merge(Config(retries={"mode": "standard", "max_attempts": 3}))
    session = boto3.Session("a", "b", region_name="ap-northeast-2")
    session.client("ec2", endpoint_url=aws.url, config=patient).run_instances(**wanted, ClientToken="once")
    assert [one.error for one in aws.calls() if one.name == "RunInstances"] == ["timeout", None]
    assert sum(len(one["Instances"]) for one in ec2.describe_instances()["Reservations"]) == 1


def _database(aws: Server, subnets: list[str], group: str) -> None:
    rds = client(aws, "rds")
    rds.create_db_subnet_group(DBSubnetGroupName="db", DBSubnetGroupDescription="db", SubnetIds=subnets)
    rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="db",
        VpcSecurityGroupIds=[group],
        StorageEncrypted=True,
    )


def _cache(aws: Server, subnets: list[str], group: str) -> None:
    cache = client(aws, "elasticache")
    cache.create_cache_subnet_group(CacheSubnetGroupName="cache", CacheSubnetGroupDescription="cache", SubnetIds=subnets)
    asked: dict[str, Any] = {"Engine": "valkey", "CacheSubnetGroupName": "cache", "SecurityGroupIds": [group]}
    cache.create_replication_group(ReplicationGroupId="cache", ReplicationGroupDescription="cache", **asked)


def test_an_environment_goes_in_one_order_only(aws: Server) -> None:
    place, ec2 = network(aws), client(aws, "ec2")
    _database(aws, place.subnets, place.group)
    _cache(aws, place.subnets, place.group)
    for _ in ("while the database is there", "while the cache is there"):
        with refused("DependencyViolation"):
            ec2.delete_security_group(GroupId=place.group)
        if client(aws, "rds").describe_db_instances()["DBInstances"]:
            with refused("DependencyViolation"):
                ec2.delete_subnet(SubnetId=place.subnets[0])
            client(aws, "rds").delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    client(aws, "elasticache").delete_replication_group(ReplicationGroupId="cache")
    ec2.delete_security_group(GroupId=place.group)
    for subnet in place.subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.detach_internet_gateway(InternetGatewayId=place.gateway, VpcId=place.vpc)
    ec2.delete_internet_gateway(InternetGatewayId=place.gateway)
    ec2.delete_vpc(VpcId=place.vpc)


def test_databases_and_caches_made_alike_are_equal_in_names(aws: Server) -> None:
    def made() -> dict[str, Any]:
        aws.reset()
        place = network(aws)
        _database(aws, place.subnets, place.group)
        _cache(aws, place.subnets, place.group)
        instance(aws, place)
        return aws.state(names=True)

    first = made()
    assert made() == first
    client(aws, "rds").modify_db_instance(DBInstanceIdentifier="db", BackupRetentionPeriod=3, ApplyImmediately=True)
    second = aws.state(names=True)
    assert second != first
    client(aws, "elasticache").modify_replication_group(ReplicationGroupId="cache", SnapshotRetentionLimit=3, ApplyImmediately=True)
    assert aws.state(names=True) != second


def test_looking_everywhere_changes_nothing(aws: Server) -> None:
    place = network(aws)
    _database(aws, place.subnets, place.group)
    _cache(aws, place.subnets, place.group)
    client(aws, "s3").create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    before = aws.state()
    reads: list[tuple[str, str, dict[str, Any]]] = [
        ("rds", "describe_db_instances", {}),
        ("rds", "describe_db_parameter_groups", {}),
        ("rds", "describe_db_parameters", {"DBParameterGroupName": "default.postgres17"}),
        ("rds", "describe_db_snapshots", {}),
        ("elasticache", "describe_replication_groups", {}),
        ("elasticache", "describe_cache_clusters", {}),
        ("elasticache", "describe_cache_parameter_groups", {}),
        ("kms", "list_aliases", {}),
        ("kms", "list_keys", {}),
        ("kms", "describe_key", {"KeyId": "alias/aws/rds"}),
        ("secretsmanager", "list_secrets", {}),
        ("ssm", "get_parameters_by_path", {"Path": "/aws/service/global-infrastructure/regions"}),
        ("ssm", "describe_instance_information", {}),
        ("ssm", "describe_parameters", {}),
        ("ec2", "describe_images", {"Owners": ["136693071363"]}),
        ("ec2", "describe_instance_types", {"InstanceTypes": ["t4g.small"]}),
        ("ec2", "describe_managed_prefix_lists", {}),
        ("ec2", "get_ebs_encryption_by_default", {}),
        ("ec2", "get_ebs_default_kms_key_id", {}),
        ("iam", "list_policies", {"Scope": "Local"}),
        ("iam", "get_account_authorization_details", {}),
        ("iam", "get_account_summary", {}),
        ("s3", "list_objects_v2", {"Bucket": "one"}),
        ("s3", "get_bucket_policy_status", {"Bucket": "one"}),
        ("logs", "describe_log_groups", {}),
        ("ecr", "describe_repositories", {}),
        ("dynamodb", "list_tables", {}),
        ("elbv2", "describe_load_balancers", {}),
        ("cloudwatch", "describe_alarms", {}),
        ("resourcegroupstaggingapi", "get_resources", {}),
        ("cloudtrail", "lookup_events", {}),
        ("route53", "list_hosted_zones", {}),
        ("sns", "list_topics", {}),
        ("acm", "list_certificates", {}),
        ("ecs", "list_clusters", {}),
    ]
    changed = []
    for service, method, given in reads:
        try:
            getattr(client(aws, service), method)(**given)
        except client(aws, service).exceptions.ClientError:
            pass  # what is not there is not the question
        now = aws.state()
        changed += [f"{service}.{method}"] if now != before else []
        before = now
    assert changed == []
