# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS leaves as it is, what it knows by more than one name, and what moto has not."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from lab.strict.server import Server
from tests.lab_aws.account import instance, network
from tests.lab_aws.clients import client


def test_options_that_are_not_asked_for_stay(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    identity = instance(aws, network(aws), MetadataOptions={"HttpTokens": "required"})
    ec2.modify_instance_metadata_options(InstanceId=identity, HttpPutResponseHopLimit=2)
    found = ec2.describe_instances(InstanceIds=[identity])["Reservations"][0]["Instances"][0]["MetadataOptions"]
    assert (found["HttpTokens"], found["HttpPutResponseHopLimit"], found["HttpEndpoint"]) == ("required", 2, "enabled")


def test_a_key_is_known_by_its_arn(aws: Server) -> None:
    kms = client(aws, "kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=arn)
    with pytest.raises(ClientError, match="DisabledException"):
        kms.enable_key_rotation(KeyId=arn.rpartition("/")[2])
    kms.enable_key(KeyId=arn)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Enabled"


def test_audiences_come_and_go(aws: Server) -> None:
    iam = client(aws, "iam")
    arn = iam.create_open_id_connect_provider(Url="https://id.example.com", ClientIDList=["a"])["OpenIDConnectProviderArn"]
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="b")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["b"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=f"{arn}x", ClientID="b")


def test_a_tag_of_a_table_is_there_once(aws: Server) -> None:
    tables = client(aws, "dynamodb")
    key = {"AttributeDefinitions": [{"AttributeName": "n", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}]}
    arn = tables.create_table(TableName="t", BillingMode="PAY_PER_REQUEST", **key)["TableDescription"]["TableArn"]
    for value in ("one", "two"):
        tables.tag_resource(ResourceArn=arn, Tags=[{"Key": "k", "Value": value}])
    assert tables.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "two"}]
