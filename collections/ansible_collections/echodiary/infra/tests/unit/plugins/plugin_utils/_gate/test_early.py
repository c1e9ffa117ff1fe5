# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate that may give up early looks often enough to do so, and its questions say what a good answer is."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate import options, timeline
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.http import Http
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.model import FAIL, PASS, Finding, Settings, Tick

WELL = '{"status": "ok", "verified": ["create"]}'


def line(*verdicts: str) -> list[Tick]:
    return [Tick(index * 0.5, {"one": Finding(verdict, "why", {})}) for index, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(("verdicts", "left"), [((), 3), ((FAIL,), 2), ((FAIL, FAIL), 1), ((FAIL, PASS), 3)])
def test_how_many_failures_are_left(verdicts: tuple[str, ...], left: int) -> None:
    assert timeline.unwanted_left(line(*verdicts), Settings(fail_after=3)) == left
    assert timeline.unwanted_left(line(*verdicts), Settings()) == 0


def test_one_call_asks_for_a_few_seconds_where_it_may_fail_early() -> None:
    watching = Settings(interval=0.5, hold=15.0, deadline=120.0, fail_after=2)
    assert timeline.missing(line(), watching) * 0.5 <= timeline.EARLY
    assert timeline.missing(line(), watching._replace(fail_after=0)) * 0.5 > timeline.EARLY


def condition(**given: Any) -> Http:
    base = {"name": "write", "url": "http://127.0.0.1:8001/verify", "method": "POST", "status": [200], "expression": None, "from": "host"}
    return Http.of({**base, **given}, {"headers": {"X": "1"}, "timeout": 5.0, "validate_certs": True, "ca_path": None})


@pytest.mark.parametrize(
    ("fields", "text", "why"),
    [
        ({"status": "ok"}, WELL, ""),
        ({"status": "ok", "verified.0": "create"}, WELL, ""),
        ({"status": "fine"}, WELL, "status is 'ok', not 'fine'"),
        ({"verified.1": "change"}, WELL, "verified.1 is None, not 'change'"),
        ({"status": "ok"}, "<html>", "no JSON"),
    ],
)
def test_fields_of_the_body(fields: dict[str, Any], text: str, why: str) -> None:
    found = condition(json=fields).judge([{"status": 200, "text": text, "milliseconds": 1}])
    assert (found.verdict == PASS) == (why == "")
    assert why in found.why


@pytest.mark.parametrize(
    ("body", "sent", "headers"),
    [
        (None, None, {"X": "1"}),
        ("a=1", "a=1", {"X": "1"}),
        ({"a": 1}, '{"a": 1}', {"Content-Type": "application/json", "X": "1"}),
    ],
)
def test_what_is_sent(body: Any, sent: str | None, headers: dict[str, str]) -> None:
    (question,) = condition(body=body).probes
    assert (question["body"], question["headers"], question["expected"]) == (sent, headers, [200])


def test_a_question_may_have_a_timeout_of_its_own() -> None:
    given = {**dict.fromkeys(options._HTTP), "url": "http://127.0.0.1/", "method": "GET", "headers": {}, "from": "host", "status": [200]}
    (own, usual) = options.conditions(
        {"timeout": 5.0, "http": [{**given, "name": "a", "timeout": 1.0}, {**given, "name": "b"}], "promql": []}
    )
    assert (own.probes[0]["timeout"], usual.probes[0]["timeout"]) == (1.0, 5.0)
