# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import drill_plan
from ansible_collections.echodiary.infra.plugins.modules import drill_plan as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._drill import table
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "destroy.yml").write_text("---\n[]\n")
    return {"environment": "staging", "loss": "database", "allowed": True, "destroyer": str(tmp_path / "destroy.yml")}


def rig() -> Rig:
    return Rig(drill_plan, groups={"all": ["app1", "app2"]})


def test_what_may_be_is_said(given: dict[str, Any]) -> None:
    found = rig().run(**given)
    assert (found["called"], found["restores"]) == ("database", True)
    found = rig().run(**{**given, "loss": "host", "host": "app2"})
    assert (found["called"], found["restores"]) == ("host app2", False)


@pytest.mark.parametrize("environment", ["production", "prod-eu"])
def test_production_is_refused_though_it_says_that_it_may_be(given: dict[str, Any], environment: str) -> None:
    assert "nothing was touched: nothing is destroyed in" in rig().refused(**{**given, "environment": environment})


def test_what_does_not_say_so_is_refused(given: dict[str, Any]) -> None:
    assert "drill_allowed: true" in rig().refused(**{**given, "allowed": False})


def test_what_would_only_be_found_out_at_the_end_is_found_out_now(given: dict[str, Any], tmp_path: Path) -> None:
    paper, page = tmp_path / "sheet.txt", tmp_path / "page.md"
    paper.write_text("nothing")
    page.write_text("no marks")
    said = rig().refused(**{**given, "sheet": str(paper), "report": str(page), "destroyer": str(tmp_path / "none.yml")})
    assert "(drill_sheet)" in said and "(drill_report)" in said and "is no file" in said
    assert "there is no directory" in rig().refused(**{**given, "report": str(tmp_path / "none" / "page.md")})
    paper.write_text("  password    word\n")
    page.write_text(f"{table.BEGIN}\n{table.END}\n")
    assert rig().run(**{**given, "sheet": str(paper), "report": str(page)})["restores"]


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    told = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert list(told) == list(drill_plan.ActionModule.ARGUMENTS)
