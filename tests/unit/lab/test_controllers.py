# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers of other versions: what is tested is what is pinned, and the pipeline tests all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lab import topology

ROOT = Path(__file__).resolve().parents[3]
PINS = topology.folder(ROOT, "controller")


@pytest.mark.parametrize("core", topology.CORES)
def test_every_version_has_pins_of_its_own(core: str) -> None:
    pinned = (PINS / f"requirements-{core}.txt").read_text(encoding="utf-8")
    assert re.findall(r"^ansible-core==(\d+\.\d+)\.", pinned, re.M) == [core]


def test_no_pins_are_left_of_a_version_that_is_gone() -> None:
    assert sorted(path.name for path in PINS.glob("*.in")) == [f"requirements-{core}.in" for core in topology.CORES]


def test_the_pipeline_tests_them_and_the_one_of_this_repository() -> None:
    [own] = re.findall(r"^ansible-core==(\d+\.\d+)\.", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["cores"]["strategy"]["matrix"]["core"] == [own, *topology.CORES]
