# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files


def test_written_whole_with_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    files.write_json(str(path), {"a": 1}, 0o640)
    assert files.read_json(str(path)) == {"a": 1}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["record.json"]


def test_nothing_there_is_none(tmp_path: Path) -> None:
    assert files.read_json(str(tmp_path / "absent.json")) is None


def test_what_is_no_json_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text('{"cut off')
    with pytest.raises(files.LedgerError, match=r"record\.json is no JSON"):
        files.read_json(str(path))


def test_a_failed_write_leaves_the_old_record_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    files.write_json(str(path), {"a": 1}, 0o644)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write_json(str(path), {"a": 2}, 0o644)
    assert json.loads(path.read_text()) == {"a": 1}
    assert os.listdir(tmp_path) == ["record.json"]


def test_one_at_a_time(tmp_path: Path) -> None:
    path, inside, most = str(tmp_path / "deep" / "record.json"), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with files.locked(path):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_lock_that_nobody_lets_go_of_is_told_within_the_time(tmp_path: Path) -> None:
    path = str(tmp_path / "record.json")
    with files.locked(path), pytest.raises(files.LedgerError, match="fuser"), files.locked(path, wait=0.05):
        pass
