# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tables will look like after a step, read from its SQL: enough of DDL to know what another release would find. Pure.

Types are not followed: whether a new one still suits the code is judged on the real table afterwards.
"""

from __future__ import annotations

import copy
from typing import Any

from ._alembic_sql import Statement, Word, qualified

Tables = dict[str, dict[str, dict[str, Any]]]


def after(tables: Tables, statements: list[Statement]) -> Tables:
    """New tables are left out: no other release knows them."""
    changed = copy.deepcopy(tables)
    for statement in statements:
        if statement.says("DROP", "TABLE") or statement.says("DROP", "VIEW"):
            _drop(changed, statement)
        elif statement.says("ALTER", "TABLE"):
            _alter(changed, statement)
    return changed


def _drop(tables: Tables, statement: Statement) -> None:
    at = 4 if statement.words[2].text == "IF" else 2
    while at < len(statement.words):
        name, at = qualified(statement.words, at)
        tables.pop(name, None)
        if at >= len(statement.words) or statement.words[at].text != ",":
            return
        at += 1


def _alter(tables: Tables, statement: Statement) -> None:
    words, at = statement.words, 2
    at += 2 if words[at].text == "IF" else 0
    at += 1 if words[at].text == "ONLY" else 0
    table, at = qualified(words, at)
    if table not in tables:
        return
    for action in _actions(words[at:]):
        _act(tables, table, action)


def _actions(words: tuple[Word, ...]) -> list[list[Word]]:
    """One ALTER TABLE may do several things, with commas between them."""
    actions: list[list[Word]] = [[]]
    for word in words:
        if word.text == "," and word.depth == 0:
            actions.append([])
        else:
            actions[-1].append(word)
    return [action for action in actions if action]


def _act(tables: Tables, table: str, action: list[Word]) -> None:
    texts = [word.text for word in action if word.text not in ("COLUMN", "IF", "EXISTS")]
    names = [word.name for word in action if word.text not in ("COLUMN", "IF", "EXISTS")]
    columns = tables[table]
    verb, second = texts[0], (texts[1] if len(texts) > 1 else "")
    if verb == "RENAME" and second == "TO":
        tables[names[2]] = tables.pop(table)
    elif verb == "RENAME" and second != "CONSTRAINT" and names[1] in columns:
        columns[names[3]] = columns.pop(names[1])
    elif verb == "DROP" and second not in ("CONSTRAINT", "DEFAULT"):
        columns.pop(names[1], None)
    elif verb == "ADD" and second not in _CONSTRAINTS:
        _add(columns, action)
    elif verb == "ALTER" and names[1] in columns:
        _set(columns[names[1]], texts[2:])


_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE")


def _add(columns: dict[str, dict[str, Any]], action: list[Word]) -> None:
    rest = [word for word in action[1:] if word.text not in ("COLUMN", "IF", "EXISTS")]
    # IF NOT EXISTS: its NOT is no constraint
    rest = rest[1:] if rest[0].text == "NOT" else rest
    texts = [word.text for word in rest[1:]]
    filled = any(word in texts for word in ("DEFAULT", "GENERATED", "SERIAL", "BIGSERIAL", "SMALLSERIAL"))
    required = any(texts[at : at + 2] == ["NOT", "NULL"] for at in range(len(texts))) or "PRIMARY" in texts
    columns.setdefault(
        rest[0].name, {"type": "", "family": "", "nullable": not required, "server_default": filled, "client_default": False}
    )


def _set(column: dict[str, Any], texts: list[str]) -> None:
    changes = {
        ("SET", "NOT", "NULL"): ("nullable", False),
        ("DROP", "NOT", "NULL"): ("nullable", True),
        ("DROP", "DEFAULT"): ("server_default", False),
        ("SET", "DEFAULT"): ("server_default", True),
    }
    for words, (key, value) in changes.items():
        if tuple(texts[: len(words)]) == words:
            column[key] = value
