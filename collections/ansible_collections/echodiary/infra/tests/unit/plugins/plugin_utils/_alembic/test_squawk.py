# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import squawk
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError


def test_the_real_one_finds_what_it_is_known_for() -> None:
    found = squawk.complaints("SELECT 1;\n\nCREATE INDEX i ON entries (title);\nALTER TABLE entries ALTER COLUMN a TYPE text;\n", 170004)
    assert [(one.rule, one.line) for one in found] == [("require-concurrent-index-creation", 3), ("changing-column-type", 4)]


def test_taste_is_left_out() -> None:
    assert squawk.complaints("BEGIN; CREATE TABLE a (id int PRIMARY KEY, name varchar(10), at timestamp); COMMIT;", 0) == []


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "squawk"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(squawk, "find_program", lambda: str(program))


def test_a_linter_that_breaks_lets_nothing_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "echo broken >&2; exit 101")
    with pytest.raises(SpecError, match="ended with 101 and no findings: broken"):
        squawk.complaints("SELECT 1", 0)


def test_a_linter_that_is_missing_lets_nothing_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(squawk.sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SpecError, match="pip install squawk-cli"):
        squawk.complaints("SELECT 1", 0)
