# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors, throttles and lost answers, as a test asks for them; each protocol has its own form of them."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from lab.strict.server import Server
from tests.lab_aws.clients import ACCOUNT, client, refused

#: one read of each protocol: ec2, query, rest-xml, json, rest-json is none of these services'
READS = [
    ("ec2", "describe_vpcs", {}, "RequestLimitExceeded", 503),
    ("iam", "list_roles", {}, "Throttling", 400),
    ("sts", "get_caller_identity", {}, "Throttling", 400),
    ("rds", "describe_db_instances", {}, "Throttling", 400),
    ("elasticache", "describe_cache_clusters", {}, "Throttling", 400),
    ("elbv2", "describe_load_balancers", {}, "Throttling", 400),
    ("s3", "list_buckets", {}, "SlowDown", 503),
    ("route53", "list_hosted_zones", {}, "Throttling", 400),
    ("dynamodb", "list_tables", {}, "ThrottlingException", 400),
    ("logs", "describe_log_groups", {}, "ThrottlingException", 400),
    ("secretsmanager", "list_secrets", {}, "ThrottlingException", 400),
    ("ecr", "describe_repositories", {}, "ThrottlingException", 400),
    ("cloudwatch", "describe_alarms", {}, "ThrottlingException", 400),
    ("budgets", "describe_budgets", {"AccountId": ACCOUNT}, "ThrottlingException", 400),
]


@pytest.mark.parametrize(("service", "method", "given", "code", "status"), READS, ids=[one[0] for one in READS])
def test_a_throttle_has_the_services_own_code(aws: Server, service: str, method: str, given: Any, code: str, status: int) -> None:
    aws.fault(kind="throttle", nth=1)
    aws.fault(kind="error", code="SomethingElse", status=409, nth=2)
    call = getattr(client(aws, service), method)
    with refused(code) as caught:
        call(**given)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    with refused("SomethingElse"):
        call(**given)
    call(**given)
    assert [one.error for one in aws.calls()] == [code, "SomethingElse", None]


def test_the_nth_call_of_an_operation_is_met_and_no_other(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    aws.fault(code="Nope", status=400, operation="ec2:CreateVpc", nth=2)
    ec2.create_vpc(CidrBlock="10.1.0.0/16")
    ec2.describe_vpcs()
    with refused("Nope"):
        ec2.create_vpc(CidrBlock="10.2.0.0/16")
    ec2.create_vpc(CidrBlock="10.3.0.0/16")


def test_a_share_of_calls_is_the_same_share_again(aws: Server) -> None:
    ec2 = client(aws, "ec2")

    def met() -> list[str | None]:
        aws.no_faults()
        aws.forget()
        aws.fault(kind="throttle", share=0.3, seed=7)
        for _ in range(30):
            try:
                ec2.describe_vpcs()
            except ClientError:
                continue
        return [one.error for one in aws.calls()]

    first = met()
    assert first == met()
    assert 3 <= sum(one is not None for one in first) <= 15


@pytest.mark.parametrize(("after", "made"), [(False, 1), (True, 2)])
def test_a_lost_answer_has_its_effect_or_not(aws: Server, after: bool, made: int) -> None:
    ec2 = client(aws, "ec2")
    aws.fault(kind="timeout", operation="ec2:CreateVpc", nth=1, after=after)
    with pytest.raises(ConnectionClosedError):
        ec2.create_vpc(CidrBlock="10.1.0.0/16")
    assert len(ec2.describe_vpcs()["Vpcs"]) == made
    assert aws.calls()[0].error == "timeout"


def test_only_writes_may_be_met(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    aws.fault(kind="throttle", write=True, nth=1)
    ec2.describe_vpcs()
    with refused("RequestLimitExceeded"):
        ec2.create_vpc(CidrBlock="10.1.0.0/16")


def test_a_delay_delays(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    ec2.describe_vpcs()
    aws.delay(0.15)
    began = time.monotonic()
    ec2.describe_vpcs()
    assert time.monotonic() - began >= 0.15


def _http(aws: Server, method: str, path: str, given: Any = None) -> Any:
    request = urllib.request.Request(aws.url + path, method=method, data=None if given is None else json.dumps(given).encode())
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def test_everything_can_be_told_over_http(aws: Server) -> None:
    ec2 = client(aws, "ec2")
    _http(aws, "POST", "/strict/settings", {"delay": 0.01})
    _http(aws, "POST", "/strict/faults", {"kind": "throttle", "operation": "ec2:*"})
    with refused("RequestLimitExceeded"):
        ec2.describe_vpcs()
    _http(aws, "DELETE", "/strict/faults")
    ec2.create_vpc(CidrBlock="10.1.0.0/16")
    shown = [(one["operation"], one["write"], one["error"]) for one in _http(aws, "GET", "/strict/calls")]
    assert shown == [("ec2:DescribeVpcs", False, "RequestLimitExceeded"), ("ec2:CreateVpc", True, None)]
    assert _http(aws, "GET", "/strict/state") == json.loads(json.dumps(aws.state()))
    assert _http(aws, "GET", "/strict/state?names=1") == json.loads(json.dumps(aws.state(names=True)))
    _http(aws, "DELETE", "/strict/calls")
    assert aws.calls() == []
    _http(aws, "POST", "/strict/settle")


@pytest.mark.parametrize(
    ("path", "given", "status"), [("settings", {"dealy": 1}, 400), ("faults", {"kind": "storm"}, 400), ("nothing", {}, 404)]
)
def test_what_cannot_be_told_is_refused(aws: Server, path: str, given: Any, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        _http(aws, "POST", f"/strict/{path}", given)
    assert caught.value.code == status
