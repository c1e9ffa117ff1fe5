# SPDX-License-Identifier: GPL-3.0-or-later
"""boto3 as these tests use it: one attempt, so that a refusal is seen and not tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lab.strict.server import Server

REGION = "ap-northeast-2"
ACCOUNT = "123456789012"
_SESSION = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name=REGION)


def client(aws: Server, service: str, **credentials: str) -> Any:
    if credentials:
        return _client(boto3.Session(region_name=REGION, **credentials), aws.url, service)
    return _ours(aws.url, service)


@cache
def _ours(url: str, service: str) -> Any:
    return _client(_SESSION, url, service)


def _client(session: boto3.Session, url: str, service: str) -> Any:
    return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}, read_timeout=20))


@contextmanager
def refused(code: str) -> Iterator[Any]:
    """What is inside must be refused by AWS with this code."""
    with pytest.raises(ClientError) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code, caught.value
