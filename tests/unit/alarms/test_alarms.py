# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluator against the tables of AWS's user guide ("How alarm state is evaluated when data is missing")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.alarms import evaluate, expressions, filters, states
from tests.alarms.evaluate import Point

#: a period: 0 within the limit, X beyond it, - without data
MARKS = {"0": False, "X": True, "-": None}
STAYS = "what it was"
#: periods; what becomes of it where missing data is missing, ignored, breaching, not breaching
THREE_OF_THREE = [
    ("0-X-X", states.OK, states.OK, states.OK, states.OK),
    ("----0", states.OK, states.OK, states.OK, states.OK),
    ("-----", states.UNKNOWN, STAYS, states.ALARM, states.OK),
    ("0XX-X", states.ALARM, states.ALARM, states.ALARM, states.ALARM),
    ("--X--", states.ALARM, STAYS, states.ALARM, states.OK),
]
TWO_OF_THREE = [
    ("0-X-X", states.ALARM, states.ALARM, states.ALARM, states.ALARM),
    ("00X0X", states.ALARM, states.ALARM, states.ALARM, states.ALARM),
    ("0-X--", states.OK, states.OK, states.ALARM, states.OK),
    ("----0", states.OK, states.OK, states.ALARM, states.OK),
    ("---X-", states.ALARM, STAYS, states.ALARM, states.OK),
]
TREATED = ("missing", "ignore", "breaching", "notBreaching")


@pytest.mark.parametrize(("of", "rows"), [(3, THREE_OF_THREE), (2, TWO_OF_THREE)], ids=["3 of 3", "2 of 3"])
@pytest.mark.parametrize("treated", TREATED)
def test_the_tables_of_the_user_guide(of: int, rows: list[tuple[str, ...]], treated: str) -> None:
    for marks, *wanted in rows:
        found = states.state([MARKS[one] for one in marks], of, 3, treated, STAYS)
        assert found == wanted[TREATED.index(treated)], marks


def test_one_that_is_too_young_is_no_alarm_yet() -> None:
    assert states.state([None, None, None, None, True], 3, 3, "missing", states.OK) == states.OK


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("m + 1", 5.0), ("100 * m / n", 200.0), ("m / none", None), ("m / zero", None), ("FILL(none, 7)", 7.0),
        ("IF(m >= 4, m, 0)", 4.0), ("IF(m > 4, m, 0)", 0.0), ("IF(none > 4, m, 0)", None), ("IF(FILL(none, 0) < 1, 0, m / none)", 0.0),
    ],
)  # fmt: skip
def test_metric_math(text: str, wanted: float | None) -> None:
    assert expressions.of(text, {"m": 4.0, "n": 2.0, "zero": 0.0, "none": None}) == wanted


def test_what_is_no_metric_math_here_is_no_number() -> None:
    with pytest.raises((ValueError, KeyError)):
        expressions.of("SEARCH(m)", {"m": 1.0})


LOOKS: dict[str, Any] = {
    "Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "1"}], "Statistic": "Average", "Period": 60,
    "EvaluationPeriods": 2, "DatapointsToAlarm": 2, "Threshold": 80.0, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip


def point(at: float, value: float, **dimensions: str) -> Point:
    return Point("n", "m", frozenset((dimensions or {"d": "1"}).items()), at, value)


def test_periods_are_those_of_the_clock_and_only_those_that_are_over() -> None:
    points = [point(600, 70), point(610, 92), point(660, 81), point(720, 10)]
    assert evaluate.state(LOOKS, points, 720, states.OK) == states.ALARM, "70 and 92 are 81, and 81 is beyond"
    assert evaluate.state(LOOKS, points, 719, states.OK) == states.OK, "the second one is not over: one alone is too young"
    assert evaluate.state(LOOKS, points, 780, states.ALARM) == states.OK


def test_a_metric_with_one_more_dimension_is_another() -> None:
    points = [point(at, 99, d="1", device="x") for at in (600, 660)]
    assert evaluate.state(LOOKS, points, 720, states.OK) == states.UNKNOWN


@pytest.mark.parametrize(
    ("pattern", "line", "wanted"),
    [
        (r"%\Wstatus\W+5\d\d\W+duration_ms\W%", r'{"log":"{\"status\": 503, \"duration_ms\": 1.2}\n"}', True),
        (r"%\Wstatus\W+5\d\d\W+duration_ms\W%", r'{"log":"{\"status\": 200, \"duration_ms\": 503}\n"}', False),
        ('"health-check FAILED"', "2026-12-01 health-check FAILED http://x: 503", True),
        ('"health-check FAILED"', "health-check OK FAILED", False),
        ("one two", "two and one", True),
    ],
)
def test_patterns(pattern: str, line: str, wanted: bool) -> None:
    assert filters.fits(pattern, line) is wanted


def test_a_minute_in_which_no_line_fits_is_nothing_and_one_without_lines_is_unknown() -> None:
    told = {"metricNamespace": "n", "metricName": "m", "metricValue": "1", "defaultValue": 0}
    one = {"filterPattern": "bad", "metricTransformations": [told]}
    found = list(filters.counted(one, [(0, "bad"), (1, "bad"), (61, "good"), (190, "bad")]))
    assert [(datum.at, datum.value) for datum in found] == [(0, 1), (0, 1), (60, 0), (180, 1)]
