# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import inventory_pin
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


def pin(path: Path, value: Any, **given: Any) -> dict[str, Any]:
    return Rig(inventory_pin).run(path=str(path), variable="image", value=value, comment="by ann\nwhy", **given)


def test_a_new_file_has_the_variable_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "release.yml"
    assert pin(path, "r/d@sha256:1")["changed"]
    assert yaml.safe_load(path.read_text()) == {"image": "r/d@sha256:1"}
    assert path.read_text().startswith("---\n# by ann\n# why\n")
    assert path.stat().st_mode & 0o777 == 0o644
    assert not pin(path, "r/d@sha256:1")["changed"]
    assert pin(path, "r/d@sha256:2", diff=True)["diff"]["before"] != path.read_text()


def test_what_else_is_in_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "release.yml"
    path.write_text("---\n# of the other one\nother_image: r/o@sha256:1\nimage: r/d@sha256:0\n")
    found = pin(path, "r/d@sha256:1", diff=True)
    assert yaml.safe_load(path.read_text()) == {"other_image": "r/o@sha256:1", "image": "r/d@sha256:1"}
    assert found["diff"]["after"] == path.read_text() == found["diff"]["before"].replace("r/d@sha256:0", "r/d@sha256:1")


def test_a_file_of_something_else_is_refused_and_left(tmp_path: Path) -> None:
    path = tmp_path / "release.yml"
    path.write_text("- a\n")
    with pytest.raises(AnsibleActionFail, match=r"no mapping.*stays as it was"):
        pin(path, "x", check=True)
    assert path.read_text() == "- a\n"


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    found = pin(tmp_path / "release.yml", "x", check=True)
    assert (found["changed"], "diff" in found, list(tmp_path.iterdir())) == (True, False, [])


def test_what_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="stays as it was"):
        pin(tmp_path / "absent" / "release.yml", "x")
    assert list(tmp_path.iterdir()) == []
