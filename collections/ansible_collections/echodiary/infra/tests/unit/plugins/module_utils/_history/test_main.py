# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._history import main


def ask(path: Path, state: str, **given: Any) -> dict[str, Any]:
    return main.run(
        {
            "check": False,
            "state": state,
            "path": str(path),
            "component": "",
            "repository": "",
            "only": False,
            "outcomes": [],
            "last": 20,
            "limit": 0,
            **given,
        }
    )


def entry(name: str, outcome: str = "succeeded") -> dict[str, Any]:
    return {"id": name, "digest": name, "kind": "deploy", "outcome": outcome}


def test_recorded_once_and_read_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.jsonl"
    assert [ask(path, "appended", entry=entry(name))["changed"] for name in "ABA"] == [True, True, False]
    answer = ask(path, "read")
    assert [one["id"] for one in answer["entries"]] == ["B", "A"]
    assert (answer["last_good"]["id"], answer["previous_good"]["id"], answer["damaged"]) == ("B", "A", 0)


def test_check_mode_tells_and_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.jsonl"
    assert ask(path, "appended", entry=entry("A"), check=True)["changed"]
    assert not path.parent.exists()


def test_an_empty_history_is_no_error(tmp_path: Path) -> None:
    answer = ask(tmp_path / "history.jsonl", "read")
    assert (answer["entries"], answer["last_good"], answer["previous_good"]) == ([], None, None)


def test_what_is_good_survives_rotation(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    ask(path, "appended", entry=entry("A"), limit=300)
    for number in range(6):
        ask(path, "appended", entry=entry(f"failure {number}", "failed"), limit=300)
    assert (tmp_path / "history.jsonl.1").exists()
    assert ask(path, "read", last=1)["last_good"]["id"] == "A"


def test_what_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = ask(tmp_path / "file" / "history.jsonl", "appended", entry=entry("A"))
    assert answer["failed"]
    assert str(tmp_path) in answer["msg"]


def append_all(path: str, names: list[str]) -> None:
    for name in names:
        ask(Path(path), "appended", entry=entry(name), limit=2000)


def test_many_writers_lose_nothing_and_record_nothing_twice(tmp_path: Path) -> None:
    path, names = tmp_path / "history.jsonl", [str(number) for number in range(12)]
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=append_all, args=(str(path), names[start:] + names[:start])) for start in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    answer = ask(path, "read")
    assert sorted(one["id"] for one in answer["entries"]) == sorted(names)
    assert answer["damaged"] == 0
