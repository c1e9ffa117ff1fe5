# SPDX-License-Identifier: GPL-3.0-or-later
"""How old something is says the file that was written when it went well; nothing else does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._run import ages


def aged(path: Path, seconds: float) -> str:
    path.write_text("x")
    os.utime(path, (time.time() - seconds, time.time() - seconds))
    return str(path)


def test_when_its_file_was_written(tmp_path: Path) -> None:
    path = aged(tmp_path / "a.prom", 1e9)
    os.utime(path, (1700000000, 1700000000))
    assert ages.of({"backup of shop": {"file": path, "hours": 26.0}}) == [
        {"what": "backup of shop", "at": "2023-11-14T22:13:20Z", "hours": 26.0}
    ]


@pytest.mark.parametrize("seconds", [-86400.0, None])
def test_what_is_not_there_and_what_is_yet_to_come_is_unknown(tmp_path: Path, seconds: float | None) -> None:
    path = str(tmp_path / "none") if seconds is None else aged(tmp_path / "a", seconds)
    assert [one["at"] for one in ages.of({"x": {"file": path, "hours": 1.0}})] == [""]
