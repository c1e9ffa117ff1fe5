# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import git


def put(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_what_git_says_is_what_comes_back(tmp_path: Path) -> None:
    git.ask(tmp_path, "init", "-q", "-b", "main")
    assert git.ask(tmp_path, "rev-parse", "--show-toplevel").strip() == os.fsencode(tmp_path)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo first >&2; echo fatal: last >&2; exit 128", "git status in .* failed: fatal: last"),
        ("echo told; exit 1", "git status in .* failed: told"),
        ("exit 3", "git status in .* failed: 3"),
        ("exec sleep 5", "git status in .* had no end after 0 s"),
    ],
)
def test_why_git_could_not_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str) -> None:
    put(tmp_path / "git", script)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(git.GitFailedError, match=said) as caught:
        git.ask(tmp_path, "status", timeout=0.3)
    assert "\n" not in str(caught.value)


def test_without_git_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(git.GitFailedError, match="install git"):
        git.ask(tmp_path, "status")
