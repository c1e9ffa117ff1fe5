# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.aws import Aws, Login, UnsureError, failed
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse


@pytest.mark.parametrize(
    ("service", "operation", "right"),
    [
        ("ec2", "describe_vpcs", "ec2:DescribeVpcs"),
        ("s3", "get_public_access_block", "s3:GetBucketPublicAccessBlock"),
        ("s3", "put_bucket_encryption", "s3:PutEncryptionConfiguration"),
        ("s3", "get_bucket_policy", "s3:GetBucketPolicy"),
    ],
)
def test_what_is_to_be_granted_is_named_as_iam_does(service: str, operation: str, right: str) -> None:
    assert Aws(Login("ap-northeast-2", "http://127.0.0.1:9", "AKIAEXAMPLE", "a-key")).right(service, operation) == right


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """What is sent in one call of which the first answer is ``answer``, and the later ones are well."""
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def call(operation: str, answer: Any, **asked: Any) -> list[Any]:
        account, requests = Aws(Login("ap-northeast-2", "http://127.0.0.1:9", "AKIAEXAMPLE", "a-key")), list[Any]()

        def answered(request: Any, **_: Any) -> AWSResponse:
            requests.append(request)
            if len(requests) == 1 and isinstance(answer, Exception):
                raise answer
            status, body = (200, b"<r/>") if len(requests) > 1 else answer
            return AWSResponse(request.url, status, {}, MockRawResponse(body))

        account.client("ec2").meta.events.register("before-send.ec2", answered)
        with contextlib.suppress(UnsureError):
            account.call("ec2", operation, asked)
        return requests

    return call


CLOSED = ConnectionClosedError(endpoint_url="http://127.0.0.1:9")
BROKEN = (500, b"<Response><Errors><Error><Code>InternalError</Code></Error></Errors></Response>")
BUSY = (503, b"<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>")


@pytest.mark.parametrize("answer", [CLOSED, ReadTimeoutError(endpoint_url="http://127.0.0.1:9"), BROKEN], ids=["closed", "late", "broken"])
def test_a_change_whose_answer_is_lost_is_not_sent_again(sent: Callable[..., list[Any]], answer: Any) -> None:
    assert len(sent("create_vpc", answer, CidrBlock="10.20.0.0/16")) == 1


def test_it_is_where_it_did_not_arrive_or_was_put_off(sent: Callable[..., list[Any]]) -> None:
    for answer in (EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), BUSY):
        assert len(sent("create_vpc", answer, CidrBlock="10.20.0.0/16")) == 2


def test_a_question_is_asked_again(sent: Callable[..., list[Any]]) -> None:
    assert len(sent("describe_vpcs", CLOSED)) == 2


def test_a_change_with_a_token_is_sent_again_with_the_same(sent: Callable[..., list[Any]]) -> None:
    tokens = [parse_qs(str(one.body))["ClientToken"] for one in sent("create_route_table", CLOSED, VpcId="vpc-1")]
    assert len(tokens) == 2 and tokens[0] == tokens[1]


@pytest.mark.parametrize(
    ("code", "unsure", "gone"),
    [
        ("InvalidGroup.Duplicate", True, False),
        ("EntityAlreadyExists", True, False),
        ("InvalidSubnet.Conflict", True, False),
        ("InvalidNetworkAclEntry.NotFound", True, True),
        ("Gateway.NotAttached", True, True),
        ("UnauthorizedOperation", False, False),
        ("DependencyViolation", False, False),
        ("", False, False),
    ],
)
def test_what_says_that_nothing_is_left_to_do_may_be_the_runs_own_work(code: str, unsure: bool, gone: bool) -> None:
    error = failed(code, "…")
    assert (isinstance(error, UnsureError), getattr(error, "gone", False)) == (unsure, gone)
