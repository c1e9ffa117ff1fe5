# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry that is not what we write is counted as damaged: nothing is rolled back to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._history import main

GOOD = {
    "version": 1,
    "id": "one",
    "at": "2027-01-15T08:00:00Z",
    "kind": "deploy",
    "outcome": "succeeded",
    "digest": "sha256:1",
    "config": "c",
}


def read(path: Path) -> dict[str, Any]:
    return main.run(
        {"state": "read", "check": False, "path": str(path), "component": "", "repository": "", "only": False, "outcomes": [], "last": 20}
    )


ODD: list[dict[str, Any]] = [
    {"id": None},
    {"id": 7},
    {"kind": []},
    {"outcome": {}},
    {"digest": ["a"]},
    {"config": 1},
    {"rollback_of": {}},
    {"seconds": []},
    {"at": 3},
]


@pytest.mark.parametrize("odd", ODD)
def test_a_field_of_another_type(tmp_path: Path, odd: dict[str, Any]) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps({**GOOD, "id": "two", **odd}) + "\n")
    answer = read(path)
    assert ([one["id"] for one in answer["entries"]], answer["last_good"]["id"], answer["damaged"]) == (["one"], "one", 1)


@pytest.mark.parametrize("field", ["id", "kind", "outcome"])
def test_a_field_that_is_missing(tmp_path: Path, field: str) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(
        json.dumps({key: value for key, value in {**GOOD, "digest": "sha256:2"}.items() if key != field}) + "\n" + json.dumps(GOOD)
    )
    answer = read(path)
    assert ([one["id"] for one in answer["entries"]], answer["previous_good"], answer["damaged"]) == (["one"], None, 1)


@pytest.mark.parametrize("line", ["[" * 100_000, '{"a":' * 100_000])
def test_a_line_without_end_costs_itself_only(tmp_path: Path, line: str) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + line + "\n")
    assert (len(read(path)["entries"]), read(path)["damaged"]) == (1, 1)
