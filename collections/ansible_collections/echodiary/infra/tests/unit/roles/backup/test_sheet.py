# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in the drawer: written down whole, and read as it was written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._drill import sheet as controllers
from echodiary_backup import sheet
from echodiary_backup.errors import BackupError

CONFIG: Any = {
    "repository": "s3:https://s3.example/b/test",
    "password": "correct horse-2",
    "access_key": "AKIA",
    "secret_key": "s3cr/et+",
    "environment": "test",
    "jobs": {"database": {}},
}


def test_it_has_all_that_opens_a_repository() -> None:
    assert sheet.read(sheet.sheet(CONFIG)) == {key: CONFIG[key] for key in ("repository", "password", "access_key", "secret_key")}


def test_the_controller_reads_the_same() -> None:
    found = controllers.values(sheet.sheet(CONFIG))
    assert found == {f"backup_{key}": CONFIG[key] for key in ("password", "access_key", "secret_key")}


def test_of_an_instance_s_role_it_says_what_is_to_be_written_down() -> None:
    paper = sheet.sheet({**CONFIG, "access_key": "", "secret_key": ""})
    with pytest.raises(BackupError, match="no access key and no secret key"):
        sheet.read(paper)
    assert controllers.values(paper) == {"backup_password": "correct horse-2"}
    written = paper.replace(sheet._ROLE, "by-hand")
    assert sheet.read(written)["secret_key"] == "by-hand"


@pytest.mark.parametrize("lost", ["repository", "password", "access key", "secret key"])
def test_one_that_lacks_a_line_opens_nothing(lost: str) -> None:
    paper = "\n".join(line for line in sheet.sheet(CONFIG).splitlines() if not line.startswith(f"  {lost} "))
    with pytest.raises(BackupError, match=f"no {lost}, so it opens nothing"):
        sheet.read(paper)
