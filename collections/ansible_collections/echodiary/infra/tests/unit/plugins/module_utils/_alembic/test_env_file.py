# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._alembic import env_file
from ansible_collections.echodiary.infra.plugins.module_utils._alembic.errors import AlembicError


def test_as_compose_reads_it() -> None:
    text = '# comment\n\n  INDENTED=1\nURL=postgresql://a:b@c/d?x=y\nQUOTED="taken off"\nSPACES= kept \nFROM_CALLER\nEMPTY=\n'
    assert env_file.parse(text) == {
        "INDENTED": "1", "URL": "postgresql://a:b@c/d?x=y", "QUOTED": "taken off", "SPACES": " kept ", "EMPTY": "",
    }  # fmt: skip


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AlembicError, match=r"absent\.env: No such file .*become"):
        env_file.read(str(tmp_path / "absent.env"))
