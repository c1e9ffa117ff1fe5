# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds, kinds of errors, when it stops, objectives, what was short, and the result before."""

from __future__ import annotations

import json
from typing import Any

import promql_parser
import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import (
    bounds,
    comparison,
    curves,
    figures,
    kinds,
    objectives,
    saturation,
    watching,
)
from ansible_collections.echodiary.infra.plugins.plugin_utils._load.shapes import Line, Objectives, Sample

WANTED: Objectives = {"availability_percent": 99.5, "latency_percent": 95.0, "latency_seconds": 1.0}


def sample(**changed: Any) -> Sample:
    counts = changed.pop("counts", {0.01: 100})
    found: Any = {"part": "rate", "edge": "app1", "step": "/", "seconds": 10.0, "requests": sum(counts.values()), "errors": {}}
    return {**found, "answered": sum(counts.values()), "knots": curves.of_counts(counts), **changed}


def line(**changed: Any) -> Line:
    found: Any = {"part": "rate", "edge": "all", "step": "all", "requests": 1000, "rate": 10.0, "errors": {}, "limited": 0}
    return {**found, "p50": 0.01, "p95": 0.02, "p99": 0.03, "within": 1.0, **changed}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seconds": 601}, "load_seconds"), ({"seconds": -1}, "load_seconds"), ({"users": 0}, "load_users"), ({"users": 501}, "load_users"),
        ({"rate": 0.0}, "load_rate"), ({"rate": 2001.0}, "load_rate"), ({"stop_errors": 0.0}, "load_stop_errors"),
        ({"stop_errors": 20.0}, "load_stop_errors"), ({"paths": ["entries"]}, "load_paths"), ({"paths": ["/a b"]}, "load_paths"),
        ({"paths": ["/a\r\nHost: x"]}, "load_paths"), ({"rate": float("nan")}, "load_rate"),
    ],
)  # fmt: skip
def test_there_is_a_bound_to_everything(changed: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"seconds": 600, "users": 500, "rate": 2000.0, "stop_errors": 1.0, "paths": ["/"]}
    assert list(bounds.refusals(**given)) == []
    assert [said in one for one in bounds.refusals(**{**given, **changed})] == [True]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("[Errno 111] Connection refused", "connection refused"),
        ('Get "http://h/": dial tcp 10.0.0.1:80: connect: no route to host', "no way there"),
        ('Get "http://h/": dial tcp: lookup h: no such host', "no such name"),
        ('Get "https://h/": tls: handshake failure', "TLS"),
        ('Get "http://h/": EOF', "connection cut"),
        ("timed out", "no answer in time"),
        ("code=429", "429"),
        ("code=503", "HTTP 503"),
        ("429 Client Error: Too Many Requests for url: /x", "429"),
        ("500 Server Error: Internal Server Error for url: /x", "HTTP 500"),
        ("something \n else", "something else"),
    ],
)
def test_whichever_tells_it_it_is_called_the_same(said: str, kind: str) -> None:
    assert kinds.of_text(said) == kind


def test_a_redirect_is_no_answer() -> None:
    assert [kinds.of_status(status) for status in (200, 204, 304, 301, 404, 429, 502)] == [
        "",
        "",
        "",
        "HTTP 301",
        "HTTP 404",
        "429",
        "HTTP 502",
    ]


def test_it_stops_when_too_many_failed_and_not_for_those_that_were_turned_away() -> None:
    assert watching.why_stop(19, 19, 0, 0.2) == "", "so few say nothing"
    assert watching.why_stop(100, 20, 0, 0.2) == ""
    assert "21 of 100 requests failed" in watching.why_stop(100, 21, 0, 0.2)
    assert watching.why_stop(1000, 5, 900, 0.2) == ""
    assert "25 of 100" in watching.why_stop(1000, 25, 900, 0.2)
    assert "12 of 40" in watching.of_samples([sample(requests=40, errors={"HTTP 503": 12})], 0.2)


def test_lines_are_per_edge_and_step_and_all_of_a_part_together() -> None:
    """Two slices of one step follow each other, two edges run side by side: 200 requests in 10 s and 100 in 10 s are 30 a second."""
    several = [sample(seconds=5.0), sample(seconds=5.0, counts={0.5: 100}), sample(edge="app2", errors={"429": 3, "HTTP 503": 2})]
    found = figures.lines(several, 0.1)
    assert [(one["edge"], one["requests"], one["rate"]) for one in found] == [("app1", 200, 20.0), ("app2", 100, 10.0)]
    assert (found[0]["p50"], found[0]["p95"], found[0]["within"]) == (0.01, 0.5, 0.5)
    (whole,) = figures.totals(several, 0.1)
    assert (whole["requests"], whole["rate"], whole["limited"], whole["errors"]) == (300, 30.0, 3, {"HTTP 503": 2})


def test_objectives_are_judged_without_what_was_turned_away() -> None:
    good = objectives.judged(line(errors={"HTTP 500": 5}, within=0.95), WANTED)
    assert [one.met for one in good] == [True, True], "99.5 % and 95 % are met by just that"
    bad = objectives.judged(line(errors={"HTTP 500": 6}, within=0.949), WANTED)
    assert [one.met for one in bad] == [False, False]
    limited = objectives.judged(line(requests=1000, limited=500, errors={"HTTP 500": 3}), WANTED)
    assert limited[0].text.startswith("answered well 99.4 %") and not limited[0].met
    assert [one.met for one in objectives.judged(line(requests=0, within=None), WANTED)] == [False]


def test_objectives_are_all_there_or_none() -> None:
    assert objectives.read("shop", {}) is None
    assert objectives.read("shop", {"availability_percent": 99.5, "latency_percent": "95", "latency_seconds": "1.0"}) == WANTED
    with pytest.raises(SpecError, match="set shop_slo_latency_percent, shop_slo_latency_seconds as well"):
        objectives.read("shop", {"availability_percent": 99})
    with pytest.raises(SpecError, match="are numbers"):
        objectives.read("shop", dict.fromkeys(objectives.KEYS, "much"))


def answer(*series: tuple[str, str, str]) -> str:
    result = [{"metric": {"saturation": name, "instance": where}, "value": [1, value]} for name, where, value in series]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})


def test_the_worst_comes_first_and_what_is_no_number_does_not() -> None:
    found = saturation.read(answer(("memory", "app1", "0.4"), ("processor", "app2", "0.97"), ("connection pools", "", "NaN")))
    assert [saturation.words(one) for one in found] == ["processor of app2 97 %", "memory of app1 40 %"]
    assert [one["reason"] for one in saturation.short(found)] == ["processor"]


@pytest.mark.parametrize("text", ["", "no", "[]", '{"status": "error", "error": "parse error"}'])
def test_what_is_no_answer_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        saturation.read(text)


def test_there_is_a_way_to_mend_each() -> None:
    text = saturation.query(42.4)
    assert all(f'"saturation", "{reason}"' in text and one.mend for reason, one in saturation.REASONS.items())
    assert promql_parser.parse(text)
    assert "[42s:5s]" in text and "[15s:5s]" in saturation.query(1)


def test_the_last_result_is_beside_this_one() -> None:
    now: Any = {"began": "b", "seconds": 30, "users": 10, "rate": 20.0, "edges": ["x"], "release": "2", "totals": [line(p95=0.03)]}
    before = {**now, "began": "a", "release": "1", "totals": [line(errors={"HTTP 503": 4})]}
    head, told = comparison.compared(now, before)
    assert head == "before: a, release 1"
    assert "p50 10 ms -> 10 ms (as before)" in told and "p95 20 ms -> 30 ms (+50 %)" in told and "errors 4 -> 0" in told
    assert any("not the same test: rate 10 then, 20.0 now" in one for one in comparison.compared(now, {**before, "rate": 10}))
