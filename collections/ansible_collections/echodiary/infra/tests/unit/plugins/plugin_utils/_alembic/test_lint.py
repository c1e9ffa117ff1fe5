# SPDX-License-Identifier: GPL-3.0-or-later
"""Two linters, one list; Alembic's own statements are nobody's business."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import findings, lint
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic.findings import Allowance, Finding


def step(sql: str, **given: Any) -> dict[str, Any]:
    return {"revision": "0005", "direction": "up", "sql": sql, "unreadable": "", **given}


BOOKKEEPING = """BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO alembic_version (version_num) VALUES ('0005') RETURNING alembic_version.version_num;
UPDATE alembic_version SET version_num='0005';
DELETE FROM public.alembic_version;
DROP TABLE alembic_version;

COMMIT;
"""


def test_bookkeeping_is_left_out() -> None:
    assert lint.step(step(BOOKKEEPING), "alembic_version", 170000) == []


def test_what_both_see_is_said_once() -> None:
    found = lint.step(
        step("BEGIN;\n\nALTER TABLE entries DROP COLUMN mood;\n\nALTER TABLE entries DROP COLUMN note;\nCOMMIT;"), "alembic_version", 0
    )
    assert [(one.rule, one.line) for one in found] == [("ban-drop-column", 3), ("ban-drop-column", 5)]


def test_a_comment_silences_nothing() -> None:
    found = lint.step(step("-- squawk-ignore-file\n-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX i ON e (t);"), "v", 0)
    assert [(one.rule, one.line, one.level) for one in found] == [("require-concurrent-index-creation", 3, "refused")]


def test_what_cannot_be_read_is_refused() -> None:
    found = lint.step(step("BEGIN;", unreadable="AttributeError: no bind"), "v", 0)
    assert [(one.rule, one.level) for one in found] == [("unreadable", "refused")]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE alembic_version, entries;",
        "WITH gone AS (DELETE FROM entries) UPDATE alembic_version SET version_num = '1';",
        "DELETE FROM alembic_version; DELETE FROM entries;",
    ],
)
def test_nothing_hides_behind_bookkeeping(statement: str) -> None:
    found = lint.step(step(statement), "alembic_version", 0)
    assert {one.level for one in found} == {"refused"}


def test_a_function_is_not_called_in_bookkeeping_unseen() -> None:
    made = "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN DELETE FROM entries; END $$;"
    found = lint.step(step(f"{made} INSERT INTO alembic_version SELECT f();"), "alembic_version", 0)
    assert "call-procedure" in {one.rule for one in found}


def test_what_the_parser_cannot_read_is_refused_and_hides_no_other() -> None:
    found = lint.step(step("SELECT 1;\n\\c other\n;\nSELEC 2;\nTRUNCATE entries;"), "v", 0)
    assert [(one.rule, one.line, one.level) for one in found] == [
        ("unparsable", 2, "refused"),
        ("unparsable", 4, "refused"),
        ("truncate", 5, "refused"),
    ]
    assert "SELEC" in found[1].message


def test_a_value_that_is_bound_later_is_no_reason_to_refuse() -> None:
    assert lint.step(step("UPDATE entries SET a = :a WHERE id = %(id)s;"), "v", 0) == []


def finding(**given: Any) -> Finding:
    return Finding(
        **{"revision": "0005", "direction": "up", "rule": "truncate", "line": 3, "statement": "TRUNCATE a", "message": "gone", **given}
    )


def test_an_entry_covers_one_rule_of_one_revision_in_one_direction() -> None:
    entry = Allowance("0005", "truncate", "empty table")
    others = [finding(revision="0006"), finding(rule="cluster"), finding(direction="down")]
    judged = findings.judge([finding(), *others], [entry])
    assert [one.level for one in judged] == ["allowed", "refused", "refused", "refused"]
    assert judged[0].reason == "empty table"
    assert findings.idle([entry], judged, set(), {"0005"}) == []


def test_entries_that_allow_nothing_say_why() -> None:
    entries = [Allowance("0005", "cluster", "-"), Allowance("0004", "cluster", "-"), Allowance("0009", "cluster", "-")]
    why = [one["why"] for one in findings.idle(entries, [finding()], {"0004"}, {"0005"})]
    assert why == [
        "0005 is pending and has no cluster on its way up",
        "0004 is applied: the entry has done its work",
        "no pending revision is called 0009",
    ]
