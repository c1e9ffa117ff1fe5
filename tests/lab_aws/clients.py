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


def client(aws: Server, service: str, **other: str) -> Any:
    """``other``: credentials, or a region. One session for all, since each reads the services' models anew."""
    return _client(aws.url, service, tuple(other.items()))


@cache
def _client(url: str, service: str, other: tuple[tuple[str, str], ...]) -> Any:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    return _SESSION.client(service, endpoint_url=url, config=config, **dict(other))


@contextmanager
def refused(code: str) -> Iterator[Any]:
    """What is inside must be refused by AWS with this code."""
    with pytest.raises(ClientError) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code, caught.value
