# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows against answers."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from tests import load
from tests.load.result import Result
from tests.unit.load.server import attack, good

RUN = "0123abcd"


@pytest.fixture(scope="module")
def result() -> Result:
    """Six writes: two acknowledged, two refused, two without an answer."""
    made = attack(good, seconds=0.02)
    writes = {"sent": 6, "acknowledged": 2, "refused": [_token(2), _token(3)], "unanswered": [_token(4), _token(5)]}
    return dataclasses.replace(made, run=RUN, writes=writes)


def _token(number: int) -> str:
    return f"load-{RUN}-{number}"


def _settle(result: Result, *numbers: int) -> load.Ledger:
    found: dict[str, int] = {}
    for number in numbers:
        found[_token(number)] = found.get(_token(number), 0) + 1
    return load.settle(result, found)


def test_exact(result: Result) -> None:
    ledger = _settle(result, 0, 1)
    assert ledger.exact and (ledger.acknowledged, ledger.rows) == (2, 2)


def test_a_row_without_an_answer_is_listed_but_no_fault(result: Result) -> None:
    ledger = _settle(result, 0, 1, 4)
    assert ledger.exact and ledger.unanswered == [_token(4)]


def test_lost(result: Result) -> None:
    ledger = _settle(result, 0)
    assert not ledger.exact and ledger.lost == [_token(1)]


@pytest.mark.parametrize("number", [0, 4])
def test_doubled(result: Result, number: int) -> None:
    ledger = _settle(result, 0, 1, number, 4)
    assert not ledger.exact and ledger.doubled == [_token(number)]


def test_a_refused_write_has_no_row(result: Result) -> None:
    ledger = _settle(result, 0, 1, 3)
    assert not ledger.exact and ledger.refused == [_token(3)]


def test_a_row_nobody_sent(result: Result) -> None:
    ledger = _settle(result, 0, 1, 6)
    assert not ledger.exact and ledger.strange == [_token(6)]


def test_rows_that_cannot_be_counted_are_an_error() -> None:
    with pytest.raises(RuntimeError, match="no such database"):
        load.rows([sys.executable, "-c", "import sys; sys.exit('no such database')"], RUN)
    with pytest.raises(ValueError, match="eight hexadecimal"):
        load.rows(["psql"], "' OR true --")
