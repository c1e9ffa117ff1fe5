# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._gate import probes
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.model import GateError
from ansible_collections.echodiary.infra.plugins.plugin_utils._gate.promql import Promql

REACH = {"headers": {"Authorization": "Bearer x"}, "timeout": 5.0, "validate_certs": True, "ca_path": None}


def condition(**given: Any) -> Promql:
    base = {"name": "errors", "url": "http://p:9090/prom/", "query": "q", "expect": "< 0.01", "from": "host"}
    rest = {"sample_query": None, "min_samples": None, "lookback": 30.0, "on_empty": "inconclusive"}
    return Promql.of({**base, **rest, **given}, REACH)


def answer(result: Any, kind: str = "vector", status: int = 200) -> dict[str, Any]:
    text = json.dumps({"status": "success", "data": {"resultType": kind, "result": result}})
    return {"status": status, "text": text, "milliseconds": 3}


def error(status: int, kind: str) -> dict[str, Any]:
    return {"status": status, "text": json.dumps({"status": "error", "errorType": kind, "error": "it said"}), "milliseconds": 3}


def vector(*values: str, **labels: str) -> dict[str, Any]:
    return answer([{"metric": {"host": f"app{i}", **labels}, "value": [1.7e9, value]} for i, value in enumerate(values)])


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (vector("0.001"), "pass"),
        (vector("0"), "pass"),
        (vector("0.01"), "fail"),
        (vector("0.001", "0.5"), "fail"),
        (vector("+Inf"), "fail"),
        (vector("NaN"), "inconclusive"),
        (vector("0.001", "NaN"), "inconclusive"),
        (vector(), "inconclusive"),
        (answer([1.7e9, "0.001"], "scalar"), "pass"),
        (answer([1.7e9, "1"], "scalar"), "fail"),
        (answer([{"metric": {}, "histogram": [1, {}]}]), "inconclusive"),
        ({"status": 0, "text": "ConnectionRefusedError", "milliseconds": 1}, "inconclusive"),
        ({"status": 200, "text": "<html>", "milliseconds": 1}, "inconclusive"),
        ({"status": 200, "text": "[]", "milliseconds": 1}, "inconclusive"),
        ({"status": 503, "text": "Service Unavailable", "milliseconds": 1}, "inconclusive"),
        (error(503, "timeout"), "inconclusive"),
        (error(422, "execution"), "inconclusive"),
    ],
)
def test_judge(heard: dict[str, Any], verdict: str) -> None:
    assert condition().judge([heard]).verdict == verdict


@pytest.mark.parametrize(
    ("expect", "value", "verdict"),
    [
        ("< 1", "0.5", "pass"),
        ("<=0.5", "0.5", "pass"),
        ("> -1e3", "-999", "pass"),
        (">= .5", "0.4", "fail"),
        ("== 1", "1", "pass"),
        ("!= 1", "1", "fail"),
        ("< 1", "-Inf", "pass"),
    ],
)
def test_comparisons(expect: str, value: str, verdict: str) -> None:
    assert condition(expect=expect).judge([vector(value)]).verdict == verdict


SAMPLED = {"sample_query": "n", "min_samples": 100.0}


@pytest.mark.parametrize(
    ("value", "samples", "verdict"),
    [
        (vector("0.001"), vector("60", "40"), "pass"),
        (vector("0.001"), vector("60", "39"), "inconclusive"),
        (vector("0.9"), vector("5"), "inconclusive"),
        (vector("0.9"), vector("500"), "fail"),
        (vector("0.001"), vector(), "inconclusive"),
        (vector("0.001"), vector("NaN"), "inconclusive"),
        (vector("0.001"), {"status": 0, "text": "gone", "milliseconds": 1}, "inconclusive"),
    ],
)
def test_a_minimum_of_samples(value: dict[str, Any], samples: dict[str, Any], verdict: str) -> None:
    assert condition(**SAMPLED).judge([value, samples]).verdict == verdict


def test_an_empty_result_on_enough_samples_means_what_was_said() -> None:
    assert condition(**SAMPLED, on_empty="pass").judge([vector(), vector("100")]).verdict == "pass"
    assert condition(**SAMPLED, on_empty="pass").judge([vector(), vector("99")]).verdict == "inconclusive"
    assert condition(**SAMPLED, on_empty="fail").judge([vector(), vector("100")]).verdict == "fail"
    assert condition(**SAMPLED).judge([vector(), vector("100")]).verdict == "inconclusive"


def test_a_failure_says_value_series_and_limit() -> None:
    why = condition().judge([vector("0.25", job="api")]).why
    assert why == "0.25 (host=app0, job=api) is not < 0.01"


@pytest.mark.parametrize("heard", [error(400, "bad_data"), answer([], "matrix"), answer([1, "text"], "string")])
def test_a_query_that_never_gives_a_number_ends_the_gate(heard: dict[str, Any]) -> None:
    with pytest.raises(GateError, match="errors"):
        condition().judge([heard])


@pytest.mark.parametrize("expect", ["0.01", "less than 1", "< x", "< 1 or > 2", "", "< nan"])
def test_what_is_no_comparison_is_told_before_anything_is_asked(expect: str) -> None:
    with pytest.raises(GateError, match="no comparison"):
        condition(expect=expect)


def test_the_question_is_an_instant_query_with_the_credentials() -> None:
    first, second = condition(query='up{job="a b"} == 1', **SAMPLED).probes
    assert first["url"] == "http://p:9090/prom/api/v1/query"
    assert parse_qs(first["body"]) == {"query": ['up{job="a b"} == 1'], "timeout": ["5s"]}
    assert first["headers"]["Authorization"] == second["headers"]["Authorization"] == "Bearer x"
    assert parse_qs(second["body"])["query"] == ["n"]


def test_both_queries_look_back_to_the_gates_beginning_and_a_little_further() -> None:
    both = condition(query="rate(e[$range])", sample_query="increase(n[$range])", min_samples=1.0, lookback=10.0)
    asked = [parse_qs(probes.ranged(probe, 4.2)["body"])["query"] for probe in both.probes]
    assert asked == [["rate(e[15s])"], ["increase(n[15s])"]]
