# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import diagnose
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig, silent

ANSWER = {"changed": True, "summary": "s", "archive": base64.b64encode(b"tar").decode()}


@pytest.mark.parametrize("minutes", [0, 1441])
def test_a_time_that_no_log_covers_is_refused(tmp_path: Path, minutes: int) -> None:
    assert "minutes" in Rig(diagnose, ANSWER).refused(dest=str(tmp_path), minutes=minutes)


def test_the_archive_is_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    rig = Rig(diagnose, ANSWER)
    found = rig.run(dest=str(tmp_path / "new"), secrets=["hunter22"], extra={"n": 1})
    path = tmp_path / "new" / "app1.tar.gz"
    assert rig.packages == ["_diagnose"]
    assert rig.manifest == {"check": False, "name": "app1", "minutes": 60, "secrets": ["hunter22"], "extra": {"n": "1"}}
    assert (path.read_bytes(), path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (b"tar", 0o600, 0o700)
    assert found == {"changed": True, "summary": "s", "path": str(path), "size": 3}


def test_a_check_leaves_no_file(tmp_path: Path) -> None:
    found = Rig(diagnose, {**ANSWER, "archive": ""}).run(check=True, dest=str(tmp_path / "new"))
    assert (found["size"], list(tmp_path.iterdir())) == (0, [])


def test_a_place_that_cannot_be_written_ends_the_task(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AnsibleActionFail, match="file"):
        Rig(diagnose, ANSWER).run(dest=str(tmp_path / "file" / "below"))


def test_a_host_that_says_nothing_ends_the_task(tmp_path: Path) -> None:
    rig = Rig(diagnose, "")
    assert "no answer" in silent(rig, lambda: rig.run(dest=str(tmp_path)))
