# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused because of releases that still run, and what a run that failed says of the database it left behind."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import flow
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import options as options_of

COLUMN = {"type": "TEXT", "family": "text", "nullable": True, "server_default": False, "client_default": False}
TABLES = {"entries": {"title": COLUMN}}
WITH_NOTE = {"entries": {"title": COLUMN, "note": COLUMN}}
DROP_DOWN = {"revision": "0005", "rule": "ban-drop-column", "direction": "down", "reason": "it is empty"}
BREAKS_DOWN = {**DROP_DOWN, "rule": flow.BREAKS}


def step(revision: str, direction: str, sql: str) -> dict[str, Any]:
    return {"revision": revision, "down_revision": "", "message": "", "direction": direction, "sql": sql, "unreadable": ""}


DOWN = [step("0005", "down", "ALTER TABLE entries DROP COLUMN note;")]
UP = [step("0005", "up", "ALTER TABLE entries ADD COLUMN note TEXT;")]


def read(current: str, steps: list[dict[str, Any]], **given: Any) -> dict[str, Any]:
    base = {"current": [current] if current else [], "heads": ["0005"], "unknown": [], "invalid_indexes": [], "ancestors": []}
    tables = WITH_NOTE if current == "0005" else TABLES
    more = {"versions": {}, "steps": steps, "version_table": "alembic_version", "schema": tables, "models": None, "differences": None}
    return {**base, "server": {"version": 170000, "database": "diary"}, **more, **given}


def serves(models: dict[str, Any], *revisions: str) -> dict[str, Any]:
    return read("0005", [], models=models, revisions=list(revisions))


def run(answers: list[dict[str, Any]], **given: Any) -> tuple[dict[str, Any], list[list[dict[str, Any]]]]:
    asked: list[list[dict[str, Any]]] = []
    queue = list(answers)

    def call(runs: list[dict[str, Any]]) -> dict[str, Any]:
        asked.append(runs)
        return queue.pop(0)

    defaults = {name: argument.get("default") for name, argument in options_of.ARGUMENTS.items()}
    options = options_of.parse({**defaults, "state": "revision", "image": "new", "allow": [], **given})
    return flow.run(options, call, check=False), asked


def answer(*found: dict[str, Any]) -> dict[str, Any]:
    return {"failed": False, "answers": list(found)}


@pytest.mark.parametrize("compat", [{"compat_image": "runs"}, {"compat_images": ["runs"]}, {"compat_images": ["older", "runs"]}])
def test_a_downgrade_under_a_release_that_was_made_for_the_revision_is_refused(compat: dict[str, Any]) -> None:
    """Its models need not name anything of the revision: it still says that it is not ready on a schema older than its own."""
    older = [serves(TABLES, "0003", "0004")] if len(compat.get("compat_images", [])) == 2 else []
    result, asked = run(
        [answer(read("0005", DOWN), *older, serves(TABLES, "0003", "0004", "0005"))], revision="0004", allow=[DROP_DOWN], **compat
    )
    assert result["failed"]
    assert len(asked) == 1, "nothing was touched"
    assert [one["rule"] for one in result["findings"] if one["level"] == "refused"] == [flow.BREAKS]
    assert "runs" in result["msg"]


def test_a_downgrade_to_what_the_running_release_was_made_for_goes_on() -> None:
    done = {
        "from": ["0005"], "applied": ["0005"], "current": ["0004"], "attempts": 1, "blocked": [], "waited": 0, "holders": [], "notes": [],
        "invalid_indexes": [], "schema": TABLES,
    }  # fmt: skip
    result, asked = run(
        [answer(read("0005", DOWN), serves(TABLES, "0003", "0004")), answer(done)], revision="0004", allow=[DROP_DOWN], compat_image="runs"
    )
    assert not result["failed"], result["msg"]
    assert len(asked) == 2
    assert (result["before"], result["current"], result["changed"]) == (["0005"], ["0004"], True)


def test_one_that_is_allowed_goes_on() -> None:
    result, asked = run(
        [answer(read("0005", DOWN), serves(TABLES, "0004", "0005")), {"failed": True, "msg": "gone"}, answer(read("0004", []))],
        revision="0004", allow=[DROP_DOWN, BREAKS_DOWN], compat_image="runs",
    )  # fmt: skip
    assert len(asked) == 3, "it was begun"
    assert result["failed"]


FAILED = {
    "kind": "failed", "text": "unsafe use", "sqlstate": "55P04", "revision": "0007", "statement": "", "outside": False, "attempts": 1,
    "blocked": [], "notes": [], "invalid_indexes": [], "began_at": ["0004"], "current": ["0006"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "current", "changed"),
    [
        ([answer({"error": FAILED})], ["0006"], True),
        ([answer({"error": {**FAILED, "current": ["0004"]}})], ["0004"], False),
        # the run was lost: the database is asked again
        ([{"failed": True, "msg": "stopped after 3600 s"}, answer(read("0006", []))], ["0006"], True),
        ([{"failed": True, "msg": "stopped after 3600 s"}, answer(read("0004", []))], ["0004"], False),
        ([{"failed": True, "msg": "stopped after 3600 s"}, {"failed": True, "msg": "no answer"}], None, False),
        ([answer({"error": {**FAILED, "current": None}}), answer(read("0006", []))], ["0006"], True),
    ],
)
def test_a_migration_that_failed_says_what_it_left(ends: list[dict[str, Any]], current: list[str] | None, changed: bool) -> None:
    result, _ = run([answer(read("0004", UP)), *ends], state="head")
    assert result["failed"]
    assert (result["before"], result["current"], result["changed"]) == (["0004"], current, changed)
    assert ("0006" in result["msg"]) == (current == ["0006"]), result["msg"]
