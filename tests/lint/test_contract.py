# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/contract.md names every point of the contract in its order, and for each there is an image that breaks it."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._contract import judge
from ansible_collections.echodiary.infra.plugins.plugin_utils._contract.points import POINTS

from tests.integration.release import brought, test_contract

PAGE = (Path(__file__).parents[2] / "docs/contract.md").read_text(encoding="utf-8")


def test_the_page_has_them_all() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(POINTS)


def test_each_is_judged() -> None:
    assert [*judge.LYING, *judge.RUNNING] == list(POINTS)


def test_each_is_broken_by_a_real_image() -> None:
    tried = {point for _, point in brought.FAULTS.values()} | set(test_contract.LYING.values())
    assert set(POINTS) - tried == {"image", "schema"}, "these two have tests of their own there"
