# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._drill import sheet

PAPER = """\
Backups of environment test.

  repository  s3:https://s3.example/b/test
  password    correct horse
  access key  AKIA
  secret key  s3cr/et+
  jobs        database
"""


def test_what_the_secret_has_to_hold_again() -> None:
    assert sheet.values(PAPER) == {"backup_password": "correct horse", "backup_access_key": "AKIA", "backup_secret_key": "s3cr/et+"}
    assert sheet.values(PAPER.replace("\n", "\r\n")) == sheet.values(PAPER)


def test_the_role_of_an_instance_is_no_key() -> None:
    paper = PAPER.replace("AKIA", "of the instance's role: write down one").replace("s3cr/et+", "of the instance's role: write down one")
    assert sheet.values(paper) == {"backup_password": "correct horse"}


def test_without_a_password_it_is_no_sheet() -> None:
    with pytest.raises(SpecError, match="sudo echodiary-backup sheet"):
        sheet.values("nothing of the kind")
