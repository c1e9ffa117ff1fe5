# SPDX-License-Identifier: GPL-3.0-or-later
"""A history written and read by a real run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.local_play import Task, play


def test_a_story_told_by_the_host(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.jsonl"
    (tmp_path / "plays").mkdir()

    def task(name: str, check: bool = False, **given: Any) -> Task:
        module = {"path": str(path), **given}
        return {"name": name, "echodiary.infra.release_history": module, "check_mode": check, "ignore_errors": True}

    def entry(name: str, **given: Any) -> dict[str, Any]:
        return {"id": name, "digest": f"sha256:{name}", "outcome": "succeeded", "who": "ann", "why": f"release {name}", **given}

    def append(name: str, **given: Any) -> Task:
        return task(name, state="appended", entry=entry(name, **given))

    played = play(
        tmp_path / "plays",
        [
            task("preview", check=True, state="appended", entry=entry("a")),
            append("a", seconds={"roll": 20.5, "total": 29.4}, migration_from="0003", migration_to="0004"),
            append("a"),
            append("b"),
            append("c", outcome="taken_back", error="gate failed"),
            {"name": "crash", "ansible.builtin.shell": f'printf \'{{"id": "cut\' >> {path}'},
            task("read"),
            append("d", kind="rollback", digest="sha256:a", rollback_of="b"),
            task("after"),
            task("failures", outcomes=["taken_back"], last=5),
            task("bad outcome", state="appended", entry={"outcome": "great"}),
        ],
    )
    assert played.task["preview"]["changed"]
    read = played.task["read"]
    assert [one["id"] for one in read["entries"]] == ["c", "b", "a"]
    assert (read["last_good"]["id"], read["previous_good"]["id"], read["damaged"]) == ("b", "a", 1)
    after = played.task["after"]
    assert (after["last_good"]["id"], after["previous_good"], after["damaged"]) == ("d", None, 1)
    assert [one["id"] for one in played.task["failures"]["entries"]] == ["c"]
    assert played.task["bad outcome"]["failed"]
    assert "29.4" in after["table"][-1]
    assert "0003 -> 0004" in after["table"][-1]
    assert path.stat().st_mode & 0o777 == 0o600
