# SPDX-License-Identifier: GPL-3.0-or-later
"""One line, and in it the next step."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._inside import words

BLOCKER = {
    "attempt": 2, "revision": "0005", "pid": 7, "application_name": "psql", "user": "ann", "state": "idle in transaction", "age": 42.0,
    "query": "SELECT 1",
}  # fmt: skip


def failed(**given: Any) -> dict[str, Any]:
    return {
        "kind": "failed", "text": "LockNotAvailable: canceling statement due to lock timeout", "sqlstate": "55P03", "revision": "0005",
        "statement": "ALTER TABLE entries ADD COLUMN note TEXT", "outside": False, "began_at": ["0004"], "current": ["0004"],
        "attempts": 2, "blocked": [{**BLOCKER, "attempt": 1, "pid": 6}, BLOCKER], "invalid_indexes": [], **given,
    }  # fmt: skip


def test_a_lock_that_was_not_to_be_had() -> None:
    said = words.trouble(failed(), "app:1")
    assert said == (
        "0005 failed: LockNotAvailable: canceling statement due to lock timeout in: ALTER TABLE entries ADD COLUMN note TEXT "
        "(SQLSTATE 55P03); 2 attempts, blocked by pid 7 (psql, idle in transaction, 42.0 s): SELECT 1; the database is still at 0004; "
        "nothing of 0005 was kept: wait for the blocker or end it (pg_terminate_backend), then run again"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"current": ["0005"], "revision": "0006"}, "went from 0004 to 0005, which is kept"),
        ({"current": None}, "run with state=current"),
        ({"outside": True}, "look before you run it again"),
        ({"sqlstate": "22012", "blocked": []}, "mend it, build, and deploy again"),
        ({"invalid_indexes": [{"index": "ix", "table": "entries"}]}, "DROP INDEX CONCURRENTLY ix"),
        ({"blocked": []}, "blocked by a lock that was short-lived"),
        ({"began_at": [], "current": []}, "is still at base"),
    ],
)
def test_what_is_left_of_a_failure(given: dict[str, Any], said: str) -> None:
    line = words.trouble(failed(**given), "app:1")
    assert said in line and "\n" not in line


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"kind": "several_heads", "text": "", "heads": ["a", "b"]}, "alembic merge heads"),
        ({"kind": "busy", "text": "another migration holds the lock (pid 5)", "waited": 3.0}, "after 3.0 s; wait for it"),
        ({"kind": "pooled", "text": "a pooler"}, "direct connection"),
        ({"kind": "moved", "text": "the database moved"}, "run again to see what is pending"),
        ({"kind": "no_such_revision", "text": "no 0009", "heads": ["0004"]}, "its newest is 0004"),
        ({"kind": "environment", "text": "no such thing"}, "app:1: no such thing"),
    ],
)
def test_other_trouble(error: dict[str, Any], said: str) -> None:
    assert said in words.trouble(error, "app:1")
