# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock whose record cannot be believed is neither free nor a traceback; by force it is, and the record is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._lease import main, store

STAMP = {"at": "2027-01-15T08:00:00Z", "uptime": 1000.0, "boot": "one"}
LEASE = {
    "token": 3, "owner": "ann", "reason": "v1", "run_url": "", "ttl": 900.0, "override": "", "acquired": STAMP, "renewed": STAMP,
}  # fmt: skip
FREEZE = {"owner": "ann", "reason": "sale", "until": "2027-01-16T08:00:00Z", "since": STAMP}


def ask(directory: Path, state: str, **given: Any) -> dict[str, Any]:
    base = {"owner": "bob", "reason": "deploy v2", "run_url": "", "ttl": 900.0, "token": None, "force": False, "override_freeze": ""}
    asked = {**base, "until": None, "textfiles": None, "environment": "lab", "outcome": "unknown", "state": state, **given}
    return main.run(
        {"check": False, "name": "deploy", "asked": asked, "directory": str(directory), "now": (1_800_000_000.0, 1000.0, "one")}
    )


def damaged(**given: Any) -> str:
    return json.dumps({"version": 1, "token": 3, "lease": LEASE, "freeze": None, **given})


def without(record: dict[str, Any], field: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != field}


BAD = [
    damaged(lease=without(LEASE, "owner")),
    damaged(lease=without(LEASE, "renewed")),
    damaged(lease={**LEASE, "renewed": None}),
    damaged(lease={**LEASE, "renewed": {**STAMP, "uptime": "long"}}),
    damaged(lease={**LEASE, "ttl": "900"}),
    damaged(lease=[]),
    damaged(lease=None, freeze={**FREEZE, "until": "tomorrow"}),
    damaged(lease=None, freeze=without(FREEZE, "since")),
    damaged(token=True),
    "[" * 100_000,
]


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("state", ["read", "acquired", "frozen"])
def test_what_cannot_be_believed_is_refused_with_the_way_out(tmp_path: Path, text: str, state: str) -> None:
    path = Path(store.path_of(str(tmp_path), "deploy"))
    path.write_text(text)
    answer = ask(tmp_path, state, until="2027-01-16T08:00:00Z")
    assert answer["failed"]
    assert str(path) in answer["msg"]
    assert "force=true" in answer["msg"]
    assert path.read_text() == text


@pytest.mark.parametrize("text", BAD)
def test_by_force_it_is_free_again_and_the_record_is_kept(tmp_path: Path, text: str) -> None:
    path = Path(store.path_of(str(tmp_path), "deploy"))
    path.write_text(text)
    answer = ask(tmp_path, "released", force=True, reason="disk was full")
    assert answer["changed"]
    assert any(f"{path}.damaged-1" in note for note in answer["notes"])
    assert Path(f"{path}.damaged-1").read_text() == text
    assert ask(tmp_path, "acquired")["outcome"] == "done"


def test_a_newer_lock_is_not_ours_to_break(tmp_path: Path) -> None:
    path = Path(store.path_of(str(tmp_path), "deploy"))
    path.write_text('{"version": 99}')
    for answer in (ask(tmp_path, "acquired"), ask(tmp_path, "released", force=True, reason="I want it")):
        assert answer["failed"]
        assert "newer version" in answer["msg"]
        assert "force" not in answer["msg"]
    assert path.read_text() == '{"version": 99}'


def test_a_lease_and_a_freeze_of_this_version_are_believed(tmp_path: Path) -> None:
    Path(store.path_of(str(tmp_path), "deploy")).write_text(damaged(freeze=FREEZE))
    answer = ask(tmp_path, "read")
    assert (answer["lease"]["owner"], answer["freeze"]["reason"]) == ("ann", "sale")
