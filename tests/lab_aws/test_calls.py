# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log says of a call; and CloudTrail, which is answered from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from lab.strict.server import Server
from tests.lab_aws.account import TRUST, network
from tests.lab_aws.clients import client, refused


def test_reads_and_writes_are_told_apart(aws: Server) -> None:
    s3 = client(aws, "s3")
    s3.create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_object(Bucket="one", Key="a/b c", Body=b"x")
    s3.get_object(Bucket="one", Key="a/b c")
    s3.list_objects_v2(Bucket="one")
    s3.head_bucket(Bucket="one")
    s3.get_bucket_encryption(Bucket="one")
    s3.put_public_access_block(Bucket="one", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    with refused("DryRunOperation"):
        client(aws, "ec2").create_vpc(CidrBlock="10.1.0.0/16", DryRun=True)
    client(aws, "sts").get_caller_identity()
    assert [(one.operation, one.write) for one in aws.calls()] == [
        ("s3:CreateBucket", True),
        ("s3:PutObject", True),
        ("s3:GetObject", False),
        ("s3:ListObjectsV2", False),
        ("s3:HeadBucket", False),
        ("s3:GetBucketEncryption", False),
        ("s3:PutPublicAccessBlock", True),
        ("ec2:CreateVpc", False),
        ("sts:GetCallerIdentity", False),
    ]
    assert [one.action for one in aws.calls()][3:7] == [
        "s3:ListBucket",
        "s3:ListBucket",
        "s3:GetEncryptionConfiguration",
        "s3:PutBucketPublicAccessBlock",
    ]


def test_parameters_are_shown_without_secrets(aws: Server) -> None:
    client(aws, "secretsmanager").create_secret(Name="app", SecretString="hunter2")
    client(aws, "ssm").put_parameter(Name="/p", Value="hunter2", Type="SecureString")
    with refused("InvalidParameterValue"):
        client(aws, "rds").create_db_instance(
            DBInstanceIdentifier="db", DBInstanceClass="x", Engine="nothing", MasterUserPassword="hunter2"
        )
    shown = json.dumps([one.as_json() for one in aws.calls()])
    assert "hunter2" not in shown
    assert "app" in shown and "/p" in shown and "********" in shown


def test_refused_calls_are_there_with_their_error(aws: Server) -> None:
    with refused("InvalidVpcID.NotFound"):
        client(aws, "ec2").delete_vpc(VpcId="vpc-0123456789abcdef0")
    assert [(one.operation, one.error, one.write) for one in aws.calls()] == [("ec2:DeleteVpc", "InvalidVpcID.NotFound", True)]


def test_who_asked_is_known(aws: Server) -> None:
    iam = client(aws, "iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    client(aws, "sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]).get_caller_identity()
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    given = client(aws, "sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/app", RoleSessionName="me")["Credentials"]
    session = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"]}
    client(aws, "ec2", **session, aws_session_token=given["SessionToken"]).describe_vpcs()
    who = {one.operation: one.principal for one in aws.calls()}
    assert who["iam:CreateUser"] == "arn:aws:iam::123456789012:root"
    assert who["sts:GetCallerIdentity"] == "arn:aws:iam::123456789012:user/ann"
    assert who["ec2:DescribeVpcs"] == "arn:aws:sts::123456789012:assumed-role/app/me"


def test_a_thing_is_found_with_who_made_it_and_who_changed_it(aws: Server) -> None:
    place = network(aws)
    client(aws, "ec2").modify_vpc_attribute(VpcId=place.vpc, EnableDnsHostnames={"Value": True})
    aws.forget()
    trail = client(aws, "cloudtrail")
    found = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": place.vpc}])["Events"]
    assert [one["EventName"] for one in found][:1] == ["ModifyVpcAttribute"]
    assert found[-1]["EventName"] == "CreateVpc"
    assert found[0]["Username"] == "root"
    assert json.loads(found[0]["CloudTrailEvent"])["requestParameters"]["vpcId"] == place.vpc


def test_events_come_in_pages_and_by_time(aws: Server) -> None:
    ec2, trail = client(aws, "ec2"), client(aws, "cloudtrail")
    for number in range(5):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateVpc"}]}
    first = trail.lookup_events(**asked, MaxResults=3)
    rest = trail.lookup_events(**asked, MaxResults=3, NextToken=first["NextToken"])
    assert (len(first["Events"]), len(rest["Events"]), "NextToken" in rest) == (3, 2, False)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert trail.lookup_events(**asked, StartTime=soon - timedelta(minutes=10), EndTime=soon)["Events"] != []
    assert trail.lookup_events(**asked, EndTime=soon - timedelta(minutes=10))["Events"] == []
    with refused("InvalidTimeRangeException"):
        trail.lookup_events(StartTime=soon, EndTime=soon - timedelta(hours=1))
    with refused("InvalidLookupAttributesException"):
        trail.lookup_events(LookupAttributes=[*asked["LookupAttributes"], *asked["LookupAttributes"]])


def test_events_are_found_by_whoever_asked(aws: Server) -> None:
    client(aws, "ec2").create_vpc(CidrBlock="10.1.0.0/16")
    trail = client(aws, "cloudtrail")
    for name, count in (("root", 1), ("ann", 0)):
        events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": name}])["Events"]
        assert len([one for one in events if one["EventName"] == "CreateVpc"]) == count


@pytest.mark.parametrize("times", [1, 3])
def test_numbers_go_on(aws: Server, times: int) -> None:
    ec2 = client(aws, "ec2")
    for _ in range(times):
        ec2.describe_vpcs()
        aws.forget()
    ec2.describe_vpcs()
    ec2.describe_vpcs()
    first, second = aws.calls()
    assert second.number == first.number + 1
