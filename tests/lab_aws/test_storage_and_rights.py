# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets, log groups, the account's own settings; trust policies, and who may do what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import TRUST, instance, network
from tests.lab_aws.clients import ACCOUNT, client, refused


def test_a_new_bucket_is_encrypted_and_closed(aws: Server) -> None:
    s3 = client(aws, "s3")
    s3.create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    rule = s3.get_bucket_encryption(Bucket="one")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    blocks = s3.get_public_access_block(Bucket="one")["PublicAccessBlockConfiguration"]
    assert set(blocks.values()) == {True}
    assert s3.get_bucket_ownership_controls(Bucket="one")["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    s3.delete_public_access_block(Bucket="one")
    with refused("NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="one")
    s3.delete_bucket_encryption(Bucket="one")
    assert s3.get_bucket_encryption(Bucket="one")["ServerSideEncryptionConfiguration"]["Rules"] != []


@pytest.mark.parametrize(("days", "legal"), [(10, False), (30, True), (2557, True), (2558, False)])
def test_logs_are_kept_for_legal_times_only(aws: Server, days: int, legal: bool) -> None:
    logs = client(aws, "logs")
    logs.create_log_group(logGroupName="app")
    if legal:
        logs.put_retention_policy(logGroupName="app", retentionInDays=days)
    else:
        with refused("InvalidParameterException"):
            logs.put_retention_policy(logGroupName="app", retentionInDays=days)
    assert logs.describe_log_groups()["logGroups"][0].get("retentionInDays") == (days if legal else None)


def test_the_account_says_how_instances_answer_for_their_metadata(aws: Server) -> None:
    ec2, place = client(aws, "ec2"), network(aws)
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=1)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"]["HttpTokens"] == "required"
    made = {"default": instance(aws, place), "own": instance(aws, place, MetadataOptions={"HttpTokens": "optional"})}
    for name, tokens in (("default", "required"), ("own", "optional")):
        seen = ec2.describe_instances(InstanceIds=[made[name]])["Reservations"][0]["Instances"][0]
        assert seen["MetadataOptions"]["HttpTokens"] == tokens


def test_an_address_is_called_elastic_ip(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    tags = [{"Key": "Name", "Value": "edge"}]
    ec2.allocate_address(Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": tags}])
    assert {one["ResourceType"] for one in ec2.describe_tags()["Tags"]} == {"elastic-ip"}


def _trusting(arn: str) -> str:
    policy = json.loads(TRUST)
    policy["Statement"][0]["Principal"] = {"AWS": arn}
    return json.dumps(policy)


@pytest.mark.parametrize("kind", ["role", "user"])
def test_a_trust_policy_names_who_exists(aws: Server, kind: str) -> None:
    iam = client(aws, "iam")
    arn = f"arn:aws:iam::{ACCOUNT}:{kind}/ops"
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=_trusting(arn))
    if kind == "role":
        iam.create_role(RoleName="ops", AssumeRolePolicyDocument=TRUST)
    else:
        iam.create_user(UserName="ops")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=_trusting(arn))


def test_aws_managed_policies_are_there(aws: Server) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert client(aws, "iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def _user(aws: Server, *actions: str) -> dict[str, str]:
    iam = client(aws, "iam")
    iam.create_user(UserName="ann")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


DENIED: list[tuple[str, str, dict[str, Any], str]] = [
    ("ec2", "create_vpc", {"CidrBlock": "10.1.0.0/16"}, "UnauthorizedOperation"),
    ("ec2", "run_instances", {"MinCount": 1, "MaxCount": 1, "InstanceType": "t9.x"}, "UnauthorizedOperation"),
    ("rds", "describe_db_engine_versions", {}, "AccessDenied"),
    ("iam", "list_users", {}, "AccessDenied"),
    ("secretsmanager", "list_secrets", {}, "AccessDeniedException"),
    ("s3", "list_buckets", {}, "AccessDenied"),
]


@pytest.mark.parametrize(("service", "method", "given", "code"), DENIED, ids=[f"{one[0]} {one[1]}" for one in DENIED])
def test_who_may_not_is_told_so(aws: Server, service: str, method: str, given: dict[str, Any], code: str) -> None:
    """Before any rule says what else is wrong with the request."""
    ann = _user(aws, "ec2:DescribeVpcs", "ssm:DescribeInstanceInformation")
    aws.settings(enforce_iam=True)
    client(aws, "ec2", **ann).describe_vpcs()
    client(aws, "ssm", **ann).describe_instance_information()
    with refused(code):
        getattr(client(aws, service, **ann), method)(**given)
    aws.settings(enforce_iam=False)
    client(aws, "iam").list_users()


def test_a_role_may_what_its_policy_says(aws: Server) -> None:
    iam = client(aws, "iam")
    iam.create_role(RoleName="read", AssumeRolePolicyDocument=TRUST)
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:ListAllMyBuckets"], "Resource": "*"}],
    }
    iam.put_role_policy(RoleName="read", PolicyName="p", PolicyDocument=json.dumps(policy))
    client(aws, "s3").create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    given = client(aws, "sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/read", RoleSessionName="me")["Credentials"]
    session = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
    aws.settings(enforce_iam=True)
    s3 = client(aws, "s3", **session, aws_session_token=given["SessionToken"])
    s3.list_buckets()
    with refused("AccessDenied"):
        s3.put_object(Bucket="one", Key="a", Body=b"x")


def test_a_parameter_that_costs_nothing_is_no_longer_than_4096_characters(aws: Server) -> None:
    store = client(aws, "ssm")
    asked = {"Name": "/echodiary/production/last-applied", "Type": "String", "Tier": "Standard"}
    store.put_parameter(**asked, Value="x" * 4096)
    with refused("ValidationException"):
        store.put_parameter(**asked, Value="x" * 4097, Overwrite=True)
    assert len(store.get_parameter(Name=asked["Name"])["Parameter"]["Value"]) == 4096
