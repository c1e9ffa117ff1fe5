# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of planted faults fits the code: every line is there once, every test exists, and no subject is named twice."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.planted import faults

ROOT = Path(__file__).parents[2]
KNOWN = faults.known()


@pytest.mark.parametrize("fault", KNOWN, ids=[fault.subject for fault in KNOWN])
def test_a_fault_can_be_planted_and_its_test_exists(fault: faults.Fault) -> None:
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    planted = fault.planted(text)
    assert planted != text
    ast.parse(planted)
    file, _, name = fault.test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_one_for_each_of_many_subjects() -> None:
    assert len({fault.subject for fault in KNOWN}) == len(KNOWN) >= 25
