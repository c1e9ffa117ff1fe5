# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of a Python that was started, whatever stands around it and in it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils import _loader
from ansible_collections.echodiary.infra.plugins.module_utils._host import answers


@pytest.mark.parametrize("answer", [{"a": 1}, {"text": f"printed {answers.MARKER}"}, {answers.MARKER: [answers.MARKER]}])
def test_the_answer_is_found_among_other_words(answer: dict[str, Any]) -> None:
    assert answers.found(f"Welcome\n{answers.framed(answer)} bye") == answer


@pytest.mark.parametrize("output", ["", "sudo: a password is required", f"cut off {answers.MARKER}{{"])
def test_no_answer_is_none(output: str) -> None:
    assert answers.found(output) is None


def test_what_the_loader_writes_is_what_is_looked_for() -> None:
    assert _loader.MARKER == answers.MARKER
