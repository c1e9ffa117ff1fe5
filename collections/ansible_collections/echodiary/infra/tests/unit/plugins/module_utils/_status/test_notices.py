# SPDX-License-Identifier: GPL-3.0-or-later
"""What is announced, on the host of the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._status import main, planning

NOW = 1_000_000.0


def notice(name: str, start: float, end: float | None = None, source: str = "announce") -> Any:
    return {"id": name, "kind": "incident", "start": start, "end": end, "words": {"en": "e", "ko": "k"}, "source": source, "who": "ann"}


def asked(state: str, path: Path, **given: Any) -> Any:
    return {"check": False, "state": state, "now": NOW, "id": "", "source": "announce", "notice": None, "path": str(path), **given}


def test_said_ended_and_withdrawn(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    made: Any = main.run(asked("present", path, notice=notice("a", NOW - 5)))
    assert made["changed"] and path.stat().st_mode & 0o777 == 0o644
    again: Any = main.run(asked("present", path, notice=notice("a", NOW - 5)))
    assert not again["changed"]
    ended: Any = main.run(asked("over", path, id="a"))
    assert [one["end"] for one in ended["notices"]] == [NOW]
    gone: Any = main.run(asked("withdrawn", path, id="a"))
    assert gone == {"changed": True, "notices": []}


def test_a_check_and_a_reader_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    found: Any = main.run(asked("present", path, notice=notice("a", NOW), check=True))
    assert found["changed"] and not path.exists()
    assert main.run(asked("read", path)) == {"changed": False, "notices": []}


def test_an_id_that_nobody_gave_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    main.run(asked("present", path, notice=notice("a", NOW)))
    found: Any = main.run(asked("withdrawn", path, id="b"))
    assert found == {"failed": True, "msg": "there is no notice b; those that there are: a"}


def test_a_play_ends_its_own_and_no_other() -> None:
    every = [
        notice("a", NOW - 5),
        notice("b", NOW - 4, source="incident.maintenance"),
        notice("c", NOW - 9, NOW - 6, "incident.maintenance"),
    ]
    found = planning.plan(every, asked("over", Path(), source="incident.maintenance"))
    assert {one["id"]: one["end"] for one in found} == {"a": None, "b": NOW, "c": NOW - 6}


def test_what_ended_long_ago_goes() -> None:
    every = [notice("a", 0.0, NOW - planning.KEPT - 1), notice("b", 0.0)]
    found = planning.plan(every, asked("present", Path(), notice=notice("c", NOW)))
    assert [one["id"] for one in found] == ["b", "c"]


def test_a_host_without_the_page_says_what_to_do(tmp_path: Path) -> None:
    found: Any = main.run(asked("read", tmp_path / "none" / "notices.json"))
    assert found["failed"] and "converge component status_page" in found["msg"]


def test_a_file_of_another_version_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "notices.json"
    path.write_text(json.dumps({"format": 9, "notices": []}))
    found: Any = main.run(asked("present", path, notice=notice("a", NOW)))
    assert found["failed"] and json.loads(path.read_text())["format"] == 9
