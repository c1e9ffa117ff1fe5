# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import journal
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "journal.jsonl")


def numbers(path: str) -> list[Any]:
    return [record["n"] for record in journal.read(path).records]


def test_nothing_there_is_empty(path: str) -> None:
    assert journal.read(path) == ([], 0)


def test_appends_and_is_for_root_only(path: str) -> None:
    for n in range(3):
        journal.append(path, {"n": n})
    assert numbers(path) == [0, 1, 2]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.parametrize("cut", [b'{"n": 9', b"\x00\x00\x00", b'"a text"', b"[1]"])
def test_what_a_crash_left_costs_itself_only(path: str, cut: bytes) -> None:
    journal.append(path, {"n": 0})
    with open(path, "ab") as handle:
        handle.write(cut)
    assert (numbers(path), journal.read(path).damaged) == ([0], 1)
    journal.append(path, {"n": 1})
    assert (numbers(path), journal.read(path).damaged) == ([0, 1], 1)


@settings(max_examples=40)
@given(at=st.integers(0, 200))
def test_cut_off_anywhere_all_whole_lines_are_read_and_the_next_one_is_kept(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    path = str(tmp_path_factory.mktemp("cut") / "journal.jsonl")
    for n in range(5):
        journal.append(path, {"n": n, "text": "é" * 5})
    length = os.stat(path).st_size
    os.truncate(path, min(at, length))
    whole = [n for n in range(5) if (n + 1) * length // 5 - 1 <= min(at, length)]
    journal.append(path, {"n": 99})
    assert numbers(path) == [*whole, 99]


def test_rotates_when_it_would_grow_too_large_and_keeps_so_many(path: str) -> None:
    for n in range(100):
        journal.append(path, {"n": n}, limit=50)
    assert sorted(os.listdir(os.path.dirname(path))) == ["journal.jsonl", "journal.jsonl.1", "journal.jsonl.2", "journal.jsonl.3"]
    found = numbers(path)
    assert found == list(range(found[0], 100))
    assert all(os.stat(path + suffix).st_size <= 50 for suffix in ("", ".1", ".2", ".3"))


def test_a_record_larger_than_the_limit_is_kept_all_the_same(path: str) -> None:
    journal.append(path, {"n": 1, "text": "x" * 100}, limit=50)
    assert numbers(path) == [1]


def test_a_full_disk_leaves_the_journal_as_it_was(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.append(path, {"n": 0})
    before = Path(path).read_bytes()
    write, calls = os.write, []

    def half(descriptor: int, data: bytes) -> int:
        calls.append(data)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:5])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space"):
        journal.append(path, {"n": 1})
    assert Path(path).read_bytes() == before


def test_a_line_break_in_a_text_does_not_break_the_line(path: str) -> None:
    journal.append(path, {"n": 1, "text": "two\nlines\u2028and more"})
    assert journal.read(path).records == [{"n": 1, "text": "two\nlines\u2028and more"}]
