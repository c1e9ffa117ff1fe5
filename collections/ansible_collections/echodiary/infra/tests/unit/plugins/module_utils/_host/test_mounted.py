# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process sees at a path is compared as a thing, not by its name."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.module_utils._host import mounted

ME = os.getpid()


def test_the_same_thing_and_another_one(tmp_path: Path) -> None:
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    assert not mounted.elsewhere(ME, str(here), str(here))
    assert mounted.elsewhere(ME, str(here), str(other))
    assert mounted.elsewhere(ME, str(here), str(tmp_path / "gone"))
    assert not mounted.elsewhere(ME, "/", "/")


def test_what_cannot_be_told_is_no_alarm(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert not mounted.elsewhere(ME, str(tmp_path / "link/below"), str(tmp_path / "gone"))
    assert not mounted.elsewhere(ME, str(tmp_path / "gone"), str(tmp_path))
    assert not mounted.elsewhere(2**22 + 1, "/", "/")
