# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept between runs: whole, for one account, by one writer at a time."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files, journal
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import files as reports

from gitops import history, pauses, workspace
from gitops.errors import BlockedError, GitopsError
from gitops.watch import state
from tests.gitops.builders import NOON


@pytest.fixture
def here(tmp_path: Path) -> workspace.Workspace:
    return workspace.Workspace(tmp_path, tmp_path / "inventory", "test", tmp_path / "state", tmp_path / "reports")


def test_the_history_of_the_version_before_is_read_on(here: workspace.Workspace) -> None:
    here.state.mkdir()
    old = {"time": "2026-11-01T10:00:00Z", "operation": "sync", "outcome": "done", "who": "zoë"}
    (here.state / "history.jsonl").write_text(json.dumps(old, ensure_ascii=False) + '\n{"cut off', encoding="utf-8")
    history.append(here, NOON, "pause", "done", reason="café")
    before, after = history.read(here)
    assert before == old
    assert (after["operation"], after["reason"]) == ("pause", "café")


def test_the_history_does_not_grow_for_ever(here: workspace.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal.append, "__defaults__", (300,))
    for number in range(40):
        history.append(here, NOON, "sync", "done", number=number)
    assert history.read(here, 3)[-1]["number"] == 39
    assert sum(path.stat().st_size for path in here.state.glob("history.jsonl*")) < 4 * 400


@pytest.mark.parametrize("write", [lambda at: workspace.write_json(at.state / "x.json", {}), lambda at: history.append(at, NOON, "a", "b")])
def test_a_full_disk_is_said_in_one_line_and_leaves_what_was(
    here: workspace.Workspace, monkeypatch: pytest.MonkeyPatch, write: object
) -> None:
    workspace.write_json(here.state / "x.json", {"a": 1})

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GitopsError, match="No space left on device; name another directory"):
        write(here)  # type: ignore[operator]
    assert workspace.read_json(here.state / "x.json", None) == {"a": 1}


def test_what_is_kept_is_for_one_account(here: workspace.Workspace) -> None:
    workspace.write_json(here.state / "x.json", {})
    history.append(here, NOON, "sync", "done")
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in here.state.iterdir()} == dict.fromkeys(
        ("x.json", "history.jsonl", "history.jsonl.lock"), "0o600"
    )
    assert here.state.stat().st_mode & 0o777 == 0o700


def test_who_comes_second_is_told(here: workspace.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "LOCK_WAIT", 0.05)
    with workspace.only_one(here, "sync"), workspace.held(here, "pauses"):
        with pytest.raises(BlockedError, match="another sync of test runs on this machine"), workspace.only_one(here, "sync"):
            pass
        with pytest.raises(BlockedError, match=r"pauses\.lock is held for more than"), workspace.held(here, "pauses"):
            pass


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "of the work"), files.LedgerError("of the work"), GitopsError("of the work")])
def test_what_fails_under_a_lock_is_not_taken_for_the_lock(here: workspace.Workspace, error: Exception) -> None:
    with pytest.raises(type(error), match="of the work") as caught, workspace.only_one(here, "sync"), workspace.held(here, "pauses"):
        raise error
    assert caught.value is error
    with workspace.only_one(here, "sync"), workspace.held(here, "pauses"):
        pass


def test_a_report_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LOCK_WAIT", 0.05)
    with (
        reports.held(tmp_path),
        pytest.raises(reports.DriftFileError, match=r"\.lock is held for more than 0 s; see who holds it"),
        reports.held(tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    "kept", ['{"a": 1}', "[1]", '[{"host": "app1"}]', '[{"host": "app1", "component": "web", "reason": "x", "until": "soon"}]']
)
def test_pauses_that_cannot_be_ours_are_said_in_one_line(here: workspace.Workspace, kept: str) -> None:
    here.state.mkdir()
    (here.state / "pauses.json").write_text(kept)
    with pytest.raises(GitopsError, match=r"^pauses\.json is not what this version writes: .*; move it away to begin anew") as caught:
        pauses.read(here)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kept", [["x"], {"attempts": []}, {"attempts": {"a/b": 5}}, {"of_tomorrow": 1}, {"schema": "soon"}])
def test_what_a_watcher_cannot_have_remembered_is_said_in_one_line(kept: object) -> None:
    with pytest.raises(GitopsError, match=r"^watch\.json is not what this version writes: .*; move it away to begin anew"):
        state.from_dict(kept)
