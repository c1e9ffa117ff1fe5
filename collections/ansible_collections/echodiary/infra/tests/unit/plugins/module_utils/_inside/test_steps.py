# SPDX-License-Identifier: GPL-3.0-or-later
"""Each statement of a revision stays one of its own when they are written down as one text."""

from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._inside import steps


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("SELECT 1 -- note;\n\n", "SELECT 1 -- note\n;\n\n"),
        ("SELECT 1 -- note\nFROM t;\n\n", "SELECT 1 -- note\nFROM t;\n\n"),
        ("SELECT 1;\n\n", "SELECT 1;\n\n"),
        ("-- Running upgrade 0001 -> 0002\n\n", "-- Running upgrade 0001 -> 0002\n\n"),
        (";\n\n", ";\n\n"),
    ],
)
def test_a_comment_does_not_swallow_the_end_of_its_statement(written: str, kept: str) -> None:
    script = steps.Script()
    script.write(written)
    assert script.getvalue() == kept
