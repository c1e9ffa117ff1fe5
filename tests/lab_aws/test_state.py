# SPDX-License-Identifier: GPL-3.0-or-later
"""The dump: it notices every change, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import TRUST, instance, network
from tests.lab_aws.clients import ACCOUNT, client

RULE = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
BUDGET = {"BudgetName": "m", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "150", "Unit": "USD"}}
ASSUMED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def _filled(aws: Server) -> dict[str, Any]:
    """One thing of each service; what the changes below need to find them."""
    place = network(aws)
    made = instance(aws, place)
    iam = client(aws, "iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    client(aws, "s3").create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    client(aws, "s3").put_object(Bucket="one", Key="a", Body=b"1")
    client(aws, "secretsmanager").create_secret(Name="app", SecretString="hunter2")
    client(aws, "ssm").put_parameter(Name="/p", Value="1", Type="String")
    client(aws, "logs").create_log_group(logGroupName="app")
    key = client(aws, "kms").create_key()["KeyMetadata"]["KeyId"]
    client(aws, "ecr").create_repository(repositoryName="app")
    client(aws, "sns").create_topic(Name="ops")
    client(aws, "dynamodb").create_table(
        TableName="lease",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    _item(aws, "1")
    groups = {"DBSubnetGroupName": "db", "DBSubnetGroupDescription": "db", "SubnetIds": place.subnets}
    client(aws, "rds").create_db_subnet_group(**groups)
    cache = {"CacheSubnetGroupName": "cache", "CacheSubnetGroupDescription": "cache", "SubnetIds": place.subnets}
    client(aws, "elasticache").create_cache_subnet_group(**cache)
    client(aws, "ecs").create_cluster(clusterName="app")
    _alarm(aws, True)
    client(aws, "elbv2").create_target_group(Name="app", Protocol="HTTP", Port=80, VpcId=place.vpc, HealthCheckPath="/health")
    client(aws, "route53").create_hosted_zone(Name="example.com", CallerReference="1")
    client(aws, "budgets").create_budget(AccountId=ACCOUNT, Budget=BUDGET)
    return {"vpc": place.vpc, "subnet": place.subnets[0], "group": place.group, "instance": made, "key": key}


def _item(aws: Server, expires: str) -> None:
    client(aws, "dynamodb").put_item(TableName="lease", Item={"name": {"S": "one"}, "expires_at": {"N": expires}})


def _alarm(aws: Server, actions: bool) -> None:
    client(aws, "cloudwatch").put_metric_alarm(
        AlarmName="disk",
        ActionsEnabled=actions,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Average",
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
    )


CHANGES: dict[str, Callable[[Server, dict[str, Any]], Any]] = {
    "vpc": lambda aws, it: client(aws, "ec2").modify_vpc_attribute(VpcId=it["vpc"], EnableDnsHostnames={"Value": True}),
    "subnet": lambda aws, it: client(aws, "ec2").modify_subnet_attribute(SubnetId=it["subnet"], MapPublicIpOnLaunch={"Value": True}),
    "group": lambda aws, it: client(aws, "ec2").authorize_security_group_ingress(GroupId=it["group"], IpPermissions=[RULE]),
    "tag": lambda aws, it: client(aws, "ec2").create_tags(Resources=[it["vpc"]], Tags=[{"Key": "a", "Value": "b"}]),
    "metadata": lambda aws, it: client(aws, "ec2").modify_instance_metadata_options(InstanceId=it["instance"], HttpTokens="required"),
    "protection": lambda aws, it: client(aws, "ec2").modify_instance_attribute(
        InstanceId=it["instance"], DisableApiTermination={"Value": True}
    ),
    "stopped": lambda aws, it: client(aws, "ec2").stop_instances(InstanceIds=[it["instance"]]),
    "default encryption": lambda aws, it: client(aws, "ec2").enable_ebs_encryption_by_default(),
    "role": lambda aws, it: client(aws, "iam").update_assume_role_policy(RoleName="app", PolicyDocument=TRUST.replace("ec2", "ecs-tasks")),
    "inline": lambda aws, it: client(aws, "iam").put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=json.dumps(ASSUMED)),
    "attached": lambda aws, it: client(aws, "iam").attach_role_policy(
        RoleName="app", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    ),
    "bucket": lambda aws, it: client(aws, "s3").delete_public_access_block(Bucket="one"),
    "object": lambda aws, it: client(aws, "s3").put_object(Bucket="one", Key="a", Body=b"2"),
    "secret": lambda aws, it: client(aws, "secretsmanager").put_secret_value(SecretId="app", SecretString="hunter3"),
    "secret tags": lambda aws, it: client(aws, "secretsmanager").tag_resource(SecretId="app", Tags=[{"Key": "a", "Value": "b"}]),
    "secret deleted": lambda aws, it: client(aws, "secretsmanager").delete_secret(SecretId="app", RecoveryWindowInDays=7),
    "parameter": lambda aws, it: client(aws, "ssm").put_parameter(Name="/p", Value="2", Type="String", Overwrite=True),
    "logs": lambda aws, it: client(aws, "logs").put_retention_policy(logGroupName="app", retentionInDays=30),
    "key": lambda aws, it: client(aws, "kms").enable_key_rotation(KeyId=it["key"]),
    "repository": lambda aws, it: client(aws, "ecr").put_image_tag_mutability(repositoryName="app", imageTagMutability="IMMUTABLE"),
    "topic": lambda aws, it: client(aws, "sns").set_topic_attributes(
        TopicArn=f"arn:aws:sns:ap-northeast-2:{ACCOUNT}:ops", AttributeName="DisplayName", AttributeValue="ops"
    ),
    "item": lambda aws, it: _item(aws, "2"),
    "table": lambda aws, it: client(aws, "dynamodb").update_time_to_live(
        TableName="lease", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    ),
    "subnet group": lambda aws, it: client(aws, "rds").modify_db_subnet_group(
        DBSubnetGroupName="db", DBSubnetGroupDescription="other", SubnetIds=_both(aws, it)
    ),
    "cluster": lambda aws, it: client(aws, "ecs").delete_cluster(cluster="app"),
    "alarm": lambda aws, it: _alarm(aws, False),
    "budget": lambda aws, it: client(aws, "budgets").delete_budget(AccountId=ACCOUNT, BudgetName="m"),
    "other region": lambda aws, it: _elsewhere(aws),
}


def _both(aws: Server, it: dict[str, Any]) -> list[str]:
    found = client(aws, "ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [it["vpc"]]}])["Subnets"]
    return [one["SubnetId"] for one in found]


def _elsewhere(aws: Server) -> None:
    client(aws, "logs", region_name="us-east-1").create_log_group(logGroupName="stray")


def test_every_change_is_noticed_and_looking_is_none(running: Server) -> None:
    """One account, one change after the other: the dump moves with each, and not in between."""
    running.reset()
    it = _filled(running)
    blind, before, named = [], running.state(), running.state(names=True)
    for name, change in CHANGES.items():
        _look(running, it)
        assert running.state() == before, f"looking changed it, before {name}"
        change(running, it)
        after, named_after = running.state(), running.state(names=True)
        if after == before or named_after == named:
            blind.append(name)
        before, named = after, named_after
    assert blind == []


def _look(aws: Server, it: dict[str, Any]) -> None:
    client(aws, "ec2").describe_instances()
    client(aws, "iam").list_roles()
    client(aws, "secretsmanager").list_secrets()
    client(aws, "kms").list_aliases()
    client(aws, "rds").describe_db_subnet_groups()
    client(aws, "s3").list_buckets()
    client(aws, "sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/app", RoleSessionName="me")


def test_accounts_made_alike_are_equal_in_names(aws: Server) -> None:
    _filled(aws)
    first = aws.state(names=True)
    aws.reset()
    it = _filled(aws)
    assert aws.state(names=True) == first
    client(aws, "ec2").create_tags(Resources=[it["subnet"]], Tags=[{"Key": "a", "Value": "b"}])
    assert aws.state(names=True) != first


@pytest.mark.parametrize("names", [False, True])
def test_no_secret_is_shown(aws: Server, names: bool) -> None:
    _filled(aws)
    client(aws, "ssm").put_parameter(Name="/q", Value="hunter2", Type="SecureString")
    assert "hunter2" not in json.dumps(aws.state(names))


def test_an_empty_account_is_itself(aws: Server) -> None:
    first = aws.state(names=True)
    aws.reset()
    assert aws.state(names=True) == first
