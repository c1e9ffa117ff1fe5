# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import adopt
from ansible_collections.echodiary.infra.plugins.filter.undeclared import undeclared
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def run(path: Path, found: dict[str, list[str]], **given: Any) -> dict[str, Any]:
    return Rig(adopt).run(path=str(path), found=found, reason="image", **given)


def test_what_was_found_is_written_where_the_role_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "group_vars" / "all" / "allowed.yml"
    result = run(path, {"app1": ["stranger:/etc/x"]})
    assert result["changed"] and result["resources"] == ["stranger:/etc/x"]
    assert yaml.safe_load(path.read_text())["baseline_allowed"] == [
        {"reason": "image", "resources": ["stranger:/etc/x"], "hosts": ["app1"]}
    ]


def test_nothing_found_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "allowed.yml"
    assert not run(path, {"app1": []})["changed"]
    assert not path.exists()


def test_check_mode_says_what_it_would_write(tmp_path: Path) -> None:
    path = tmp_path / "allowed.yml"
    result = run(path, {"app1": ["a:b"]}, check=True, diff=True)
    assert result["changed"] and "a:b" in result["diff"]["after"]
    assert not path.exists()


def test_a_file_of_something_else_is_refused_and_left(tmp_path: Path) -> None:
    path = tmp_path / "allowed.yml"
    path.write_text("- a\n")
    with pytest.raises(AnsibleActionFail, match="stays as it was"):
        run(path, {"app1": ["a:b"]})
    assert path.read_text() == "- a\n"


def test_a_host_whose_check_failed_says_nothing() -> None:
    seen = {"components": [{"name": "baseline", "watched": ["a:b"]}, {"name": "docker"}]}
    assert undeclared({"app1": {"seen": seen}, "app2": {}}, ["app1", "app2"], "seen") == {"app1": ["a:b"], "app2": []}
