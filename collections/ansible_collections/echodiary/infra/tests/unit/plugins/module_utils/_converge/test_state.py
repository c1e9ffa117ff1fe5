# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import state

RECORD = {**state.empty(), "resources": {"path:/x": {"kind": "file"}}}


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    state.save(str(tmp_path), "demo", RECORD)
    assert state.load(str(tmp_path), "demo") == RECORD
    assert state.recorded(str(tmp_path)) == ["demo"]


def test_private(tmp_path: Path) -> None:
    state.save(str(tmp_path), "demo", RECORD)
    path = state.path_of(str(tmp_path), "demo")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700


def test_saying_nothing_new_leaves_no_trace(tmp_path: Path) -> None:
    state.save(str(tmp_path), "demo", RECORD)
    before = os.stat(state.path_of(str(tmp_path), "demo"))
    state.save(str(tmp_path), "demo", dict(RECORD))
    after = os.stat(state.path_of(str(tmp_path), "demo"))
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00\xff"])
def test_an_unreadable_record_counts_as_none_and_is_replaced(tmp_path: Path, text: str) -> None:
    state.save(str(tmp_path), "demo", RECORD)
    Path(state.path_of(str(tmp_path), "demo")).write_bytes(text.encode("latin-1"))
    assert state.load(str(tmp_path), "demo") == state.empty()
    state.save(str(tmp_path), "demo", RECORD)
    assert state.load(str(tmp_path), "demo") == RECORD


def test_a_failing_write_keeps_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.save(str(tmp_path), "demo", RECORD)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        state.save(str(tmp_path), "demo", {**RECORD, "loaded": {"a": 1}})
    assert state.load(str(tmp_path), "demo") == RECORD


def test_nothing_recorded(tmp_path: Path) -> None:
    assert state.load(str(tmp_path), "demo") == state.empty()
    assert state.recorded(str(tmp_path)) == []
