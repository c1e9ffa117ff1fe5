# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever asks stops where the gate would be shut: a host that hangs is not asked until the deadline."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._gate import main


@pytest.fixture
def silent() -> Iterator[str]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def ticks(url: str, **given: Any) -> list[dict[str, Any]]:
    probe = {
        "method": "GET",
        "headers": {},
        "body": None,
        "timeout": 0.3,
        "validate_certs": True,
        "ca_path": None,
        "whole": False,
        "url": url,
    }
    manifest = {
        "probes": [{**probe, **given.pop("probe", {})}],
        "count": 8,
        "interval": 0.1,
        "delay": 0.0,
        "budget": 60.0,
        "age": 0.0,
        **given,
    }
    found: list[dict[str, Any]] = main.run(manifest)["ticks"]
    return found


@pytest.mark.parametrize(("stop_after", "count"), [(1, 1), (3, 3), (0, 8)])
def test_an_answer_that_nobody_wants_ends_the_asking(silent: str, stop_after: int, count: int) -> None:
    began = time.monotonic()
    assert len(ticks(silent, probe={"expected": [200]}, stop_after=stop_after)) == count
    assert time.monotonic() - began < count * 0.3 + 5


def test_what_only_the_controller_can_judge_is_asked_on(silent: str) -> None:
    assert len(ticks(silent, stop_after=1)) == 8
