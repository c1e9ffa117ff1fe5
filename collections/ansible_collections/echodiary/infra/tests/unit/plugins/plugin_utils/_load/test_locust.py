# SPDX-License-Identifier: GPL-3.0-or-later
"""Against the file that Locust 2.47 has left of EchoDiary's journey, on a server that turned some away and failed once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import curves, locust
from ansible_collections.echodiary.infra.plugins.plugin_utils._load.shapes import Edge

SEEN = Path(__file__).with_name("recorded") / "locust-seen.json"
EDGE: Edge = {"name": "app1", "url": "http://10.0.0.1", "host": "diary.example"}


def test_every_step_has_its_own_figures() -> None:
    found = locust.read(SEEN.read_text(), "app1", 6.0)
    assert [one["step"] for one in found] == [
        "write an entry", "list the newest", "read an entry", "turn the page", "change an entry", "look at the totals",
    ]  # fmt: skip
    assert [one["requests"] for one in found] == [20, 20, 18, 20, 14, 16]
    assert found[0]["errors"] == {"429": 3, "HTTP 503": 1} and not any(one["errors"] for one in found[1:])
    assert {one["part"] for one in found} == {"journey"}


def test_latencies_are_those_that_it_has_seen() -> None:
    step = json.loads(SEEN.read_text())[0]
    (found, *_) = locust.read(SEEN.read_text(), "app1", 6.0)
    slowest = max(float(ms) for ms in step["milliseconds"])
    assert curves.quantile([(found["answered"], found["knots"])], 1.0) == pytest.approx(slowest / 1000, abs=1e-6)


def test_a_connection_that_was_refused_is_no_answer_and_no_latency() -> None:
    step = {"method": "GET", "name": "read", "requests": 3, "milliseconds": {}, "errors": {"[Errno 111] Connection refused": 3}}
    (found,) = locust.read(json.dumps([step]), "app1", 1.0)
    assert (found["answered"], found["knots"], found["errors"]) == (0, [], {"connection refused": 3})


def test_a_file_that_is_not_there_yet_is_nothing() -> None:
    assert locust.read("", "app1", 1.0) == []


def test_a_locustfile_is_told_what_it_has_to_know() -> None:
    told = locust.environment(EDGE, 4, 10.0, "abc", ["/"], "/tmp/x")
    assert told["LOAD_PACE"] == "2.500000" and told["LOAD_HOST"] == "diary.example" and told["LOAD_RUN"] == "abc"
    command = locust.command("locust", ["told.py", "mine.py"], EDGE, 30, 4)
    assert command[:3] == ["locust", "-f", "told.py,mine.py"]
    assert command[command.index("--run-time") + 1] == "30s" and command[command.index("--host") + 1] == "http://10.0.0.1"
