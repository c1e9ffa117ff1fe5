# SPDX-License-Identifier: GPL-3.0-or-later
"""A history that somebody edited, or that a crash cut off, is read as far as it can be, and what cannot is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._history import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._history import table

GOOD = {"id": "a", "at": "2026-12-01T09:00:00Z", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:a", "seconds": {"total": 3}}

BAD = [
    json.dumps({key: value for key, value in GOOD.items() if key != "id"}),
    json.dumps({key: value for key, value in GOOD.items() if key != "outcome"}),
    json.dumps({key: value for key, value in GOOD.items() if key != "kind"}),
    *(json.dumps({**GOOD, "id": "b", **wrong}) for wrong in (
        {"id": 7}, {"id": ""}, {"id": None}, {"at": 12}, {"digest": ["sha256:b"]}, {"digest": 5}, {"config": {}}, {"outcome": True},
        {"gates": "all"}, {"seconds": [1]}, {"hosts": 3}, {"rollback_of": {}}, {"kind": ["deploy"]}, {"migration_to": 5},
    )),
    "null", "7", '"text"', "[]", "{}", "not JSON", '{"id": "cut', "[" * 100_000, "\udcff",
]  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    return main.run(
        {"check": False, "state": "read", "path": str(path), "component": "", "repository": "", "only": False, "outcomes": [], "last": 20}
    )


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_is_no_record_costs_that_line_only(tmp_path: Path, line: str) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(f"{json.dumps(GOOD)}\n{line}\n".encode(errors="surrogateescape"))
    answer = read(path)
    assert not answer.get("failed")
    assert ([one["id"] for one in answer["entries"]], answer["last_good"]["id"], answer["damaged"]) == (["a"], "a", 1)
    assert "1 damaged line" in table.summary(answer)["msg"]


def test_odd_values_inside_a_record_still_make_a_table() -> None:
    odd = {**GOOD, "seconds": {"total": "long", "roll": 2.0}, "gates": {"p95": []}, "hosts": {"app1": 3}}
    assert "2.0" in table.table([odd])[1]


def test_fields_that_a_newer_version_adds_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps({**GOOD, "version": 2, "weather": ["rain"]}) + "\n")
    assert read(path)["entries"][0]["weather"] == ["rain"]
