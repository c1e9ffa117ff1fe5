# SPDX-License-Identifier: GPL-3.0-or-later
"""Dangers in one revision's SQL that squawk does not see (2.70), and those it does see where nothing may depend on it. Pure.

Rules that squawk has too carry its name for them, so that one entry of the allow-list means both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ._alembic_sql import Statement, qualified

#: a statement's words decide, so a rule is a test and what is wrong with what passes it
Test = Callable[[Statement], bool]


class Hit(NamedTuple):
    rule: str
    statement: Statement
    line: int
    message: str
    level: str = "refused"


def check(statements: list[Statement]) -> list[Hit]:
    """What was created by the same revision has no rows and no readers yet, so most rules do not apply to it."""
    fresh = created(statements)
    hits = [hit for statement in statements for hit in _statement(statement) if not _concerns(statement, fresh, hit.rule)]
    return [*hits, *_foreign_keys(statements, fresh), *_validated_at_once(statements), *_enum_values_used_at_once(statements)]


def created(statements: list[Statement]) -> set[str]:
    return {table for statement in statements if (table := _created(statement))}


def _created(statement: Statement) -> str:
    words = [word.text for word in statement.words]
    if not words or words[0] != "CREATE" or "TABLE" not in words[:4]:
        return ""
    at = words.index("TABLE") + 1
    at += 3 if words[at : at + 3] == ["IF", "NOT", "EXISTS"] else 0
    return qualified(statement.words, at)[0]


def _concerns(statement: Statement, fresh: set[str], rule: str) -> bool:
    return rule not in _ALWAYS and bool(subject(statement) and subject(statement) in fresh)


_LEADS = (("ALTER", "TABLE"), ("UPDATE",), ("DELETE", "FROM"), ("TRUNCATE", "TABLE"), ("TRUNCATE",), ("LOCK", "TABLE"), ("DROP", "TABLE"))


def subject(statement: Statement) -> str:
    """The table that a statement is about; empty when that is not plain."""
    words = [word.text for word in statement.words]
    for lead in _LEADS:
        if tuple(words[: len(lead)]) == lead:
            at = len(lead)
            at += 2 if words[at : at + 2] == ["IF", "EXISTS"] else 0
            at += 1 if words[at : at + 1] == ["ONLY"] else 0
            return qualified(statement.words, at)[0]
    if words[:1] == ["CREATE"] and "TRIGGER" in words[:5] and "ON" in words:
        return qualified(statement.words, words.index("ON") + 1)[0]
    return ""


def _statement(statement: Statement) -> Iterator[Hit]:
    yield from _whole_table(statement)
    for rule, test, message in _REFUSED:
        if test(statement):
            yield Hit(rule, statement, statement.line, message)
    for rule, test, message in _ADVICE:
        if test(statement):
            yield Hit(rule, statement, statement.line, message, "advice")


def _whole_table(statement: Statement) -> Iterator[Hit]:
    """UPDATE and DELETE wherever they stand (a CTE, too) without a WHERE that could leave a row out."""
    words = statement.words
    if statement.words[0].text in ("CREATE", "ALTER", "GRANT", "REVOKE", "DO", "COMMENT", "LOCK"):
        return
    for at, word in enumerate(words):
        before = words[at - 1].text if at else ""
        if word.text not in ("UPDATE", "DELETE") or before in ("FOR", "DO", "ON", "KEY", "THEN"):
            continue
        rest = _same_level(statement, at)
        condition = " ".join(text for text in rest[rest.index("WHERE") + 1 :]) if "WHERE" in rest else ""
        if not condition or condition in ("TRUE", "1 = 1") or condition.startswith(("TRUE RETURNING", "1 = 1 RETURNING")):
            message = "every row is locked and written in one transaction: do it in batches, outside of the migration"
            yield Hit(f"{word.text.lower()}-without-where", statement, word.line, message)


def _same_level(statement: Statement, at: int) -> list[str]:
    """The words from here to where the enclosing parenthesis closes, inner parentheses left out."""
    depth, found = statement.words[at].depth, []
    for word in statement.words[at + 1 :]:
        if word.depth < depth or (word.text == ")" and word.depth < depth):
            break
        if word.depth == depth and word.text not in ("(", ")"):
            found.append(word.text)
        elif word.text == "(" and word.depth == depth:
            found.append("()")
    return found


def _alters(*words: str) -> Test:
    return lambda statement: statement.says("ALTER") and statement.has(*words)


def _begins(*words: str) -> Test:
    return lambda statement: statement.says(*words)


def _drops_column(statement: Statement) -> bool:
    """DROP with a column's name: everything else that ALTER TABLE can drop is named by a word of its own."""
    if not statement.says("ALTER", "TABLE"):
        return False
    texts = [word.text for word in statement.words]
    others = ("CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION")
    return any(text == "DROP" and texts[at + 1] not in others for at, text in enumerate(texts[:-1]))


def _drops_other(statement: Statement) -> bool:
    kinds = ("VIEW", "MATERIALIZED", "TYPE", "FUNCTION", "PROCEDURE", "SEQUENCE", "EXTENSION", "ROLE", "OWNED", "DOMAIN")
    return statement.says("DROP") and len(statement.words) > 1 and statement.words[1].text in kinds


def _renames(what: str) -> Test:
    """``what``: column or table. ALTER TABLE t RENAME [COLUMN] a TO b, or ALTER TABLE t RENAME TO u."""

    def test(statement: Statement) -> bool:
        if not statement.says("ALTER", "TABLE") or not statement.has("RENAME") or statement.has("RENAME", "CONSTRAINT"):
            return False
        return statement.has("RENAME", "TO") == (what == "table")

    return test


def _concurrently_if_not_exists(statement: Statement) -> bool:
    return statement.says("CREATE") and statement.has("CONCURRENTLY", "IF", "NOT", "EXISTS")


def _disarms(name: str) -> Test:
    named = re.compile(rf"\b{name}\b", re.IGNORECASE)
    return lambda statement: statement.words[0].text in ("SET", "SELECT", "RESET") and bool(named.search(statement.text))


def _vacuums_full(statement: Statement) -> bool:
    return statement.says("VACUUM") and statement.has("FULL")


def _refreshes(statement: Statement) -> bool:
    return statement.says("REFRESH") and not statement.has("CONCURRENTLY")


def _secures_rows(statement: Statement) -> bool:
    return _alters("ROW", "LEVEL", "SECURITY")(statement) and not statement.has("NO", "FORCE")


def _switches_trigger(statement: Statement) -> bool:
    return _alters("TRIGGER")(statement) and (statement.has("ENABLE") or statement.has("DISABLE"))


def _either(*tests: Test) -> Test:
    return lambda statement: any(test(statement) for test in tests)


def _creates(*kinds: str) -> Test:
    return lambda statement: statement.says("CREATE") and any(word.text in kinds for word in statement.words[1:5])


_READ_ELSEWHERE = "what it does cannot be read beforehand: write the statements themselves"
_REWRITES = "rewrites the table under an ACCESS EXCLUSIVE lock"
_HIDES = "hides rows from the release that runs now"
_GONE = "everything in it is gone"

_REFUSED: tuple[tuple[str, Test, str], ...] = (
    ("ban-drop-column", _drops_column, "the release that runs now may read it: stop using it first, drop it a release later"),
    ("ban-drop-table", _begins("DROP", "TABLE"), "the release that runs now may read it, and the rows are gone"),
    ("ban-drop-schema", _begins("DROP", "SCHEMA"), _GONE),
    ("ban-drop-database", _begins("DROP", "DATABASE"), _GONE),
    ("drop-object", _drops_other, "code, views and other objects may depend on it"),
    ("renaming-column", _renames("column"), "the release that runs now reads the old name: add, copy, and drop a release later"),
    ("renaming-table", _renames("table"), "the release that runs now reads the old name: put a view there, or move in two releases"),
    ("truncate", _begins("TRUNCATE"), "all rows are gone, and every reader waits for the ACCESS EXCLUSIVE lock"),
    ("lock-table", _begins("LOCK"), "everybody else waits until the migration ends"),
    ("vacuum-full", _vacuums_full, _REWRITES),
    ("cluster", _begins("CLUSTER"), _REWRITES),
    ("refresh-materialized-view", _refreshes, "readers wait: refresh CONCURRENTLY"),
    ("create-trigger", _creates("TRIGGER"), "from now on every write of the release that runs now also does this"),
    ("alter-trigger", _switches_trigger, "changes what every write does"),
    ("row-level-security", _secures_rows, _HIDES),
    ("create-policy", _creates("POLICY"), _HIDES),
    ("do-block", _begins("DO"), _READ_ELSEWHERE),
    ("call-procedure", _begins("CALL"), _READ_ELSEWHERE),
    ("set-logged", _either(_alters("SET", "UNLOGGED"), _alters("SET", "LOGGED")), _REWRITES),
    ("set-tablespace", _alters("SET", "TABLESPACE"), "copies the table under an ACCESS EXCLUSIVE lock"),
    ("attach-partition", _alters("ATTACH", "PARTITION"), "reads all of the partition under a lock, unless a valid CHECK proves its bounds"),
    ("alter-system", _begins("ALTER", "SYSTEM"), "changes the whole server"),
    (
        "create-index-concurrently-if-not-exists",
        _concurrently_if_not_exists,
        "after a failed build it takes the invalid index for the wanted one: DROP INDEX CONCURRENTLY IF EXISTS, then CREATE without it",
    ),
    ("overrides-lock-timeout", _disarms("lock_timeout"), "a migration that waits for a lock makes everybody behind it wait"),
)

_ADVICE: tuple[tuple[str, Test, str], ...] = (
    ("overrides-statement-timeout", _disarms("statement_timeout"), "the limit of the run no longer holds for what follows"),
)

#: a table that was created a line above can still be lost to these
_ALWAYS = ("drop-object", "do-block", "call-procedure", "alter-system", "overrides-lock-timeout", "overrides-statement-timeout")


def _foreign_keys(statements: list[Statement], fresh: set[str]) -> Iterator[Hit]:
    """A new table that references one in use: adding the key takes SHARE ROW EXCLUSIVE on that one, too."""
    for statement in statements:
        if not _created(statement):
            continue
        for at, word in enumerate(statement.words):
            table = qualified(statement.words, at + 1)[0] if word.text == "REFERENCES" else ""
            if table and table not in fresh:
                message = f"writes to {table} wait while the key is added: short, but it queues behind every open transaction"
                yield Hit("foreign-key-on-new-table", statement, word.line, message, "advice")


def _validated_at_once(statements: list[Statement]) -> Iterator[Hit]:
    """NOT VALID and VALIDATE in one transaction: the whole table is read under the lock that NOT VALID was meant to keep short."""
    waiting: set[str] = set()
    for statement in statements:
        if statement.words[0].text in ("COMMIT", "END"):
            waiting = set()
        table = subject(statement)
        if not statement.says("ALTER", "TABLE") or not table:
            continue
        if statement.has("NOT", "VALID"):
            waiting.add(table)
        elif statement.has("VALIDATE", "CONSTRAINT") and table in waiting:
            message = "validated under the lock that adding took: put it into a revision of its own"
            yield Hit("validate-in-same-transaction", statement, statement.line, message)


_ADDS_VALUE = re.compile(r"\bADD\s+VALUE\s+(?:IF\s+NOT\s+EXISTS\s+)?('(?:[^']|'')*')", re.IGNORECASE)


def _enum_values_used_at_once(statements: list[Statement]) -> Iterator[Hit]:
    """PostgreSQL lets nobody use a value of an enum before the transaction that adds it has ended: the revision would fail half way."""
    made: set[str] = set()
    added: set[str] = set()
    for statement in statements:
        if statement.words[0].text in ("COMMIT", "END"):
            added = set()
        elif statement.says("CREATE", "TYPE"):
            made.add(qualified(statement.words, 2)[0])
        elif statement.says("ALTER", "TYPE") and statement.has("ADD", "VALUE"):
            new = _ADDS_VALUE.search(statement.text)
            added |= {new[1]} if new and qualified(statement.words, 2)[0] not in made else set()
        elif any(value in statement.text for value in added):
            message = "used in the transaction that adds it, which PostgreSQL refuses: add the value in a revision of its own"
            yield Hit("enum-value-used-at-once", statement, statement.line, message)
