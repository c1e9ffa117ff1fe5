# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written is what was planned, where it was asked for; a check and a refusal write nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import init
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

#: nobody listens there
GIVEN = {"app": "shop", "image": "127.0.0.1:9/you/shop:1", "app_port": "8080", "addresses": "203.0.113.10"}


def run(directory: Path, check: bool = False, **given: str) -> dict[str, Any]:
    return Rig(init).run(**{**GIVEN, "directory": str(directory), **given}, check=check)


def states(result: dict[str, Any]) -> set[str]:
    return {file["state"] for file in result["files"]}


def test_all_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked = run(tmp_path, check=True)
    assert (checked["changed"], states(checked), list(tmp_path.iterdir())) == (True, {"new"}, [])
    first = run(tmp_path)
    assert first["changed"]
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == {file["path"] for file in first["files"]}
    second = run(tmp_path)
    assert (second["changed"], states(second)) == (False, {"kept"})
    said = capsys.readouterr().out
    assert "next: ansible-playbook site.yml --check" in said
    assert "-e component=shop -e release=1" in said, "nobody told the digest"


def test_a_refusal_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="app_port 'http'"):
        run(tmp_path, app_port="http")
    with pytest.raises(AnsibleActionFail, match=r"no inventory .*/nowhere"):
        run(tmp_path, addresses="./nowhere")
    assert list(tmp_path.iterdir()) == []


def test_what_was_interrupted_goes_on(tmp_path: Path) -> None:
    (tmp_path / "roles").write_text("in the way\n")
    with pytest.raises(AnsibleActionFail, match="run the same again, which goes on"):
        run(tmp_path)
    (tmp_path / "roles").unlink()
    assert states(run(tmp_path)) == {"kept", "new"}


def test_a_link_is_there_even_where_it_leads_nowhere(tmp_path: Path) -> None:
    """Nothing is written through it."""
    (tmp_path / "ansible.cfg").symlink_to(tmp_path / "elsewhere")
    run(tmp_path)
    assert not (tmp_path / "elsewhere").exists()
