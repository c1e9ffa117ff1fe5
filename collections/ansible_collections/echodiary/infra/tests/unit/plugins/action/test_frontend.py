# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import frontend
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

A, B = "a" * 64, "b" * 64
RELEASE = {"digest": A, "files": {"index.html": A}, "at": "2026-12-01T12:00:00Z", "left": False}
ANSWER: dict[str, Any] = {"changed": True, "current": A, "before": B, "releases": [RELEASE], "changes": [], "notes": [], "seconds": 0.1}
HOST: dict[str, Any] = {"components": ["haproxy", "frontend"], "haproxy_port": 81}
FLEET: dict[str, Any] = {"groups": {"all": ["app1"]}, "hostvars": {"app1": HOST}, **HOST}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


def rig(*answers: dict[str, Any]) -> Rig:
    return Rig(frontend, *(answers or (ANSWER,)), **FLEET)


def test_the_host_is_asked_by_digest_and_through_its_edge(source: Path) -> None:
    one = rig()
    said = one.run(source=str(source))
    assert (one.packages, said["msg"]) == (["_static"], "serves aaaaaaaaaaaa, before bbbbbbbbbbbb")
    assert one.manifest["edges"][0]["url"] == "http://127.0.0.1:81"
    assert one.manifest["place"] == {"component": "frontend", "directory": "/opt/echodiary/frontend", "pools": ["assets"], "keep": 5}
    assert list(one.manifest["build"]["files"]) == ["index.html"]
    assert "archive" not in one.manifest


def test_what_is_wrong_with_a_build_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    assert "there is no index.html" in rig().refused(source=str(tmp_path))


def test_nobody_knows_which_release_is_meant() -> None:
    assert "which release?" in rig().refused()


def test_an_answer_that_is_not_the_file_is_a_failure() -> None:
    said = rig({**ANSWER, "faults": ["http://127.0.0.1/ answers 503", "another"]}).run(state="verified")
    assert (said["failed"], said["msg"]) == (True, "http://127.0.0.1/ answers 503 (and 1 more)")


def test_releases_are_listed_the_newest_first() -> None:
    later = {**RELEASE, "digest": B, "left": True}
    said = rig({**ANSWER, "changed": False, "releases": [RELEASE, later]}).run(state="read")
    assert said["table"] == [
        "  bbbbbbbbbbbb  2026-12-01T12:00:00Z  1 files  no way back",
        "* aaaaaaaaaaaa  2026-12-01T12:00:00Z  1 files",
    ]
