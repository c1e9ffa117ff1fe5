# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that add a component to a fleet's hosts begin with what the inventory of the lab has on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.e2e import walled

GROUPS = Path(__file__).parents[2] / "inventories/local/group_vars"


@pytest.mark.parametrize(("group", "components"), [("app", walled.APP), ("monitoring", walled.MONITORING)])
def test_they_are_those_of_the_inventory(group: str, components: list[str]) -> None:
    loader = DataLoader()
    declared = loader.load_from_file(str(GROUPS / group / "main.yml"), trusted_as_template=True)["components"]
    assert Templar(loader, variables={"lab_images": []}).template(declared) == components
