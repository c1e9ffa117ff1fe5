# SPDX-License-Identifier: GPL-3.0-or-later
"""On a real disk: what was brought is what is there, whatever somebody put in its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._static import main, place
from ansible_collections.echodiary.infra.plugins.plugin_utils._static import build

PAGE = b"<!doctype html><script src=/assets/x-12345678.js></script>"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source/assets").mkdir(parents=True)
    (tmp_path / "source/index.html").write_bytes(PAGE)
    (tmp_path / "source/assets/x-12345678.js").write_text("1;" * 2000)
    return tmp_path / "source"


def ask(tmp_path: Path, state: str, source: Path | None = None, **more: Any) -> dict[str, Any]:
    at = {"component": "web", "directory": str(tmp_path / "served"), "pools": ["assets"], "keep": 2}
    asked: Any = {"check": False, "state": state, "place": at, "states": str(tmp_path / "states"), **more}
    if source:
        built = build.read(str(source), ["/", "/assets/"], [])
        (tmp_path / "sent").write_bytes(built.archive)
        asked.update({"build": {"digest": built.digest, "files": built.files}, "archive": str(tmp_path / "sent"), **more})
    (tmp_path / "served").mkdir(exist_ok=True)
    return dict(main.run(asked))


def test_without_its_archive_nothing_is_touched(tmp_path: Path, source: Path) -> None:
    answer = ask(tmp_path, "current", source, archive="")
    assert (answer["lacks"], answer["changed"]) == (True, False)
    assert os.listdir(tmp_path / "served") == []


def test_an_archive_that_is_not_what_was_said_is_kept_nowhere(tmp_path: Path, source: Path) -> None:
    built = build.read(str(source), ["/"], [])
    wrong = {"digest": built.digest, "files": {**built.files, "index.html": "0" * 64}}
    (tmp_path / "other").write_bytes(built.archive)
    at = {"component": "web", "directory": str(tmp_path / "served"), "pools": ["assets"], "keep": 2}
    asked: Any = {"check": False, "state": "current", "place": at, "states": str(tmp_path / "states"), "build": wrong}
    assert "index.html is another one" in dict(main.run({**asked, "archive": str(tmp_path / "other")}))["msg"]
    assert not (tmp_path / "served").exists()


@pytest.mark.parametrize("wrong", ["file", "link", "directory", "missing", "mode", "whole"])
def test_what_stands_in_its_place_gives_way(tmp_path: Path, source: Path, wrong: str) -> None:
    ask(tmp_path, "current", source)
    release = Path(os.path.realpath(tmp_path / "served/current"))
    page = release / "index.html"
    if wrong == "whole":
        release.rename(tmp_path / "elsewhere")
        release.symlink_to(tmp_path / "elsewhere")
    elif wrong == "mode":
        page.chmod(0o666)
    else:
        page.unlink()
    if wrong == "file":
        page.write_text("defaced")
    elif wrong == "link":
        page.symlink_to("/etc/hostname")
    elif wrong == "directory":
        (page / "below").mkdir(parents=True)
    assert ask(tmp_path, "kept")["changed"]
    assert (page.read_bytes(), page.is_symlink(), page.stat().st_mode & 0o777) == (PAGE, False, 0o644)
    assert not release.is_symlink()
    assert not ask(tmp_path, "kept")["changed"]


def test_the_same_contents_have_the_same_time_on_every_host(tmp_path: Path, source: Path) -> None:
    times = []
    for host in ("one", "two"):
        (tmp_path / host).mkdir()
        ask(tmp_path / host, "current", source)
        times.append((tmp_path / host / "served/current/index.html").stat().st_mtime)
    assert times[0] == times[1]


def test_what_is_recorded_and_cannot_be_read_is_said_and_begun_anew(tmp_path: Path, source: Path) -> None:
    ask(tmp_path, "current", source)
    (tmp_path / "states/web.json").write_text("{")
    answer = ask(tmp_path, "current", source)
    assert "is no JSON" in answer["notes"][0]
    assert place.record_of(str(tmp_path / "states"), "web")[0]["current"] == answer["current"]
