# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins of Slack and Discord refuse what the real ones refuse; else every end-to-end test would pass for nothing."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.monitoring.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver("127.0.0.1").start()
    yield listening
    listening.shutdown()
    listening.server_close()


@pytest.mark.parametrize(
    ("to", "body", "status"),
    [
        ("discord", {"embeds": [{"title": "x" * 256, "description": "y" * 4096}]}, 200),
        ("discord", {"embeds": [{"title": "x" * 257, "description": "y"}]}, 400),
        ("discord", {"embeds": [{"title": "x", "description": "y" * 4097}]}, 400),
        ("discord", {"embeds": [{"title": "x", "description": "y" * 4000}] * 2}, 400),
        ("discord", {"embeds": [{"title": "x"}] * 11}, 400),
        ("discord", {"content": "x" * 2001}, 400),
        ("discord", {}, 400),
        ("slack", {"attachments": [{"title": "x", "text": "y" * 40_000}]}, 200),
        ("slack", {"attachments": [{"title": "x", "text": "y" * 40_001}]}, 400),
        ("slack", {"attachments": [{"title": "x"}] * 101}, 400),
        ("slack", {}, 400),
    ],
)
def test_limits(receiver: Receiver, to: str, body: dict[str, Any], status: int) -> None:
    request = urllib.request.Request(f"{receiver.url}/{to}/token", json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            got = answer.status
    except urllib.error.HTTPError as error:
        got = error.code
    assert got == status
    assert {message.status for message in receiver.messages} == {status}
    assert {message.to for message in receiver.messages} == {to}
