# SPDX-License-Identifier: GPL-3.0-or-later
"""``inventory_pin`` on files of this machine: as said, previewed, once, and whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.local_play import Played, play

IMAGE = "registry:5000/echodiary/echodiary@sha256:" + "ab" * 32


def pin(tmp_path: Path, *words: str, path: Path | None = None, **given: Any) -> Played:
    (tmp_path / "plays").mkdir(exist_ok=True)
    asked = {"path": str(path or tmp_path / "release.yml"), "variable": "echodiary_image", "value": IMAGE, "comment": "Which one.", **given}
    return play(tmp_path / "plays", [{"name": "pin", "echodiary.infra.inventory_pin": asked}], *words)


def test_written_once_and_read_back_by_ansible(tmp_path: Path) -> None:
    file = tmp_path / "release.yml"
    assert pin(tmp_path).task["pin"]["changed"] is True
    assert file.read_text() == f"---\n# Which one.\nechodiary_image: {IMAGE}\n"
    assert file.stat().st_mode & 0o777 == 0o644
    written = file.stat()
    assert pin(tmp_path).task["pin"]["changed"] is False
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


@pytest.mark.parametrize("value", ["1.10", "yes", "a: b # c", 'it\'s "quoted"', "日記", 4])
def test_a_value_stays_what_it_is(tmp_path: Path, value: str | int) -> None:
    assert pin(tmp_path, value=value).code == 0
    assert yaml.safe_load((tmp_path / "release.yml").read_text()) == {"echodiary_image": value}


def test_check_shows_and_leaves_it(tmp_path: Path) -> None:
    file = tmp_path / "release.yml"
    file.write_text("---\nechodiary_image: before\n")
    result = pin(tmp_path, "--check", "--diff").task["pin"]
    assert (result["changed"], file.read_text()) == (True, "---\nechodiary_image: before\n")
    assert "before" in result["diff"]["before"] and IMAGE in result["diff"]["after"]


def test_where_it_cannot_be_written_it_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "release.yml"
    file.mkdir()
    done = pin(tmp_path)
    assert done.code != 0
    assert "could not be written" in done.task["pin"]["msg"] and str(file) in done.task["pin"]["msg"]
    missing = pin(tmp_path, path=tmp_path / "no/such/release.yml")
    assert "could not be written" in missing.task["pin"]["msg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plays", "release.yml"]
