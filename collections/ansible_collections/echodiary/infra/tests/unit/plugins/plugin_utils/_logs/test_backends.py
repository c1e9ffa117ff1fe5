# SPDX-License-Identifier: GPL-3.0-or-later
"""A request leads to what PostgreSQL said for it, and to nothing else."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs import backends, logsql
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs.backends import Work

NOON = 1_796_126_400.0
LINE = {"_time": "2026-12-01T12:00:00.500Z", "_msg": "GET /entries 200", "database_pid": "41", "duration_ms": "1500.5"}


def test_the_process_and_the_time_that_it_took_with_what_clocks_differ() -> None:
    (work,) = backends.worked([LINE, {"_time": "2026-12-01T12:00:01Z", "_msg": "of nobody"}])
    assert (work.pid, work.since, work.until) == ("41", pytest.approx(NOON - 1.2505), NOON + 0.75)


def test_several_processes_and_a_line_that_does_not_say_how_long() -> None:
    line = {"_time": "2026-12-01T12:00:00.123456789Z", "_msg": "x", "database_pid": "41 42"}
    found = backends.worked([line])
    assert [one.pid for one in found] == ["41", "42"]
    assert found[0].until - found[0].since == pytest.approx(0.5)


@pytest.mark.parametrize(
    "odd", [{"database_pid": '") or *'}, {"database_pid": "-"}, {"duration_ms": "long"}, {"_time": "yesterday"}, {"database_pid": "9" * 40}]
)
def test_what_a_line_says_is_no_query(odd: dict[str, str]) -> None:
    for work in backends.worked([{**LINE, **odd}]):
        assert work.pid.isdecimal()
        assert len(work.pid) <= 10


def test_a_query_of_all_of_them() -> None:
    asked = logsql.of_backends([Work("41", NOON, NOON + 1), Work("42", NOON + 5, NOON + 6)])
    day = "2026-12-01T12:00"
    assert asked == (
        f'_time:[{day}:00.000000Z, {day}:06.000000Z) component:="postgres" '
        f'((_time:[{day}:00.000000Z, {day}:01.000000Z) pid:="41") or (_time:[{day}:05.000000Z, {day}:06.000000Z) pid:="42"))'
    )


def test_of_very_many_the_newest() -> None:
    lines = [{**LINE, "database_pid": str(number)} for number in range(100)]
    assert [one.pid for one in backends.worked(lines)] == [str(number) for number in range(80, 100)]
