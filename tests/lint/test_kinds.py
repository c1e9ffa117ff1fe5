# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of resource is one file, its tests, one word in a list and one line in the documentation: none of them is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import kinds, protocol

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/components.md").read_text(encoding="utf-8")
TESTS = ROOT / "collections/ansible_collections/echodiary/infra/tests/unit/plugins/module_utils/_kinds"


@pytest.mark.parametrize("kind", kinds.ALL, ids=lambda kind: kind.NAME)
def test_a_kind_is_documented_and_tested(kind: protocol.AnyNamed) -> None:
    assert f"\n| `{kind.KEY}` | `{kind.NAME}:` |" in TABLE, "a line in the table of docs/components.md"
    assert f"\n| `{kind.KEY}` | " in TABLE.partition("## component.yml")[2].partition("### Kinds")[0], "and its key explained above it"
    assert kind.__name__.rpartition(".")[2] == kind.KEY, "kinds.concerned knows a kind by its file"  # type: ignore[attr-defined]
    assert (TESTS / f"test_{kind.__name__.rpartition('.')[2]}.py").is_file()  # type: ignore[attr-defined]


def test_no_two_kinds_answer_to_one_name() -> None:
    assert len({kind.NAME for kind in kinds.ALL}) == len({kind.KEY for kind in kinds.ALL}) == len(kinds.ALL)
