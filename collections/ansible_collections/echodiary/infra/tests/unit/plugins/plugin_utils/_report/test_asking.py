# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._report import asking
from ansible_collections.echodiary.infra.plugins.plugin_utils._report.asking import Query
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._report import builders as build


def found(answer: Any, daily: bool = False) -> asking.Found:
    return asking.found({"one": Query("up", daily)}, {} if answer is None else {"one": answer}, "nobody was asked")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"status": 0, "text": "ConnectionRefusedError", "milliseconds": 1},
        build.said({"status": "error", "error": "query timed out"}, 503),
        build.said("<html>no Prometheus</html>"),
        build.said({"status": "success", "data": {"resultType": "matrix", "result": []}}),
        build.said({"status": "success"}),
        build.said({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}}]}}),
    ],
)
def test_what_is_no_answer_is_a_trouble(answer: Any) -> None:
    assert found(answer).trouble


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf"])
def test_what_is_no_number_is_not_known(value: str) -> None:
    one = found(build.vector(({"job": "shop"}, value)))
    assert (one.trouble, one.one("one")) == ("", None)


def test_series_are_told_apart_by_their_labels() -> None:
    one = found(build.vector(({"job": "a"}, 1), ({"job": "b"}, 2)))
    assert (one.one("one", job="b"), one.one("one", job="c"), one.by("one", "job")) == (2.0, None, {("a",): 1.0, ("b",): 2.0})


def test_a_day_that_is_missing_is_none_and_not_the_one_before() -> None:
    moments = asking.moments(build.END, 2)
    result = [{"metric": {}, "values": [[moments[0], "1"], [moments[2], "NaN"], [moments[3], "4"]]}]
    one = found(build.said({"status": "success", "data": {"resultType": "matrix", "result": result}}), daily=True)
    assert one.line("one", moments) == [1.0, None, None, 4.0]


def test_a_question_says_when_it_is_meant() -> None:
    once, daily = asking.asked({"a": Query("up"), "b": Query("up", daily=True)}, "http://x:9090/", build.END, 7)
    assert (once["url"], parse_qs(once["body"] or "")["time"]) == ("http://x:9090/api/v1/query", [str(build.END)])
    asked = parse_qs(daily["body"] or "")
    assert daily["url"].endswith("/api/v1/query_range")
    assert (int(asked["end"][0]) - int(asked["start"][0])) / int(asked["step"][0]) == 13
