# SPDX-License-Identifier: GPL-3.0-or-later
"""Dangers in one revision's SQL that squawk does not see (2.70), and those it does see where nothing may depend on it. Pure.

Rules that squawk has too carry its name for them, so that one entry of the allow-list means both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from . import order, tree
from .conditions import ALL, rows
from .findings import ADVICE, REFUSED, Hit
from .fresh import Fresh
from .sql import Statement

#: whether a node of the rule's kinds is what the rule means
Test = Callable[[Any], bool]


class Rule(NamedTuple):
    name: str
    kinds: tuple[str, ...]  # as the parser calls them
    test: Test
    message: str
    level: str = REFUSED


def check(statements: list[Statement]) -> list[Hit]:
    """``statements``: those that the parser could read. What the same revision made before is not in use, so most rules pass over it."""
    fresh, hits = Fresh(), []
    for statement in statements:
        hits += [hit for node in tree.done(statement.node) for hit in _node(statement, node, fresh)]
        fresh.learn(statement.node)
    hits += order.check(statements)
    return list({(hit.rule, hit.statement.start, hit.line): hit for hit in hits}.values())


def _node(statement: Statement, node: Any, fresh: Fresh) -> Iterator[Hit]:
    for rule in _BY_KIND.get(tree.kind(node), ()):
        if rule.test(node) and (rule.name in _ALWAYS or not fresh.all_of(node)):
            yield Hit(rule.name, statement, _line(statement, node), rule.message, rule.level)
    yield from _unseen(statement, node, fresh)
    yield from _foreign_keys(statement, node, fresh)


def _line(statement: Statement, node: Any) -> int:
    """Of a part that has a place of its own, such as the DELETE in a WITH."""
    relation = getattr(node, "relation", None)
    return statement.line_at(relation.location) if relation and node is not statement.node else statement.line


def _unseen(statement: Statement, node: Any, fresh: Fresh) -> Iterator[Hit]:
    """A body or a plan that was written elsewhere; a function that was there before is trusted, as the application trusts it."""
    if tree.kind(node) == "FuncCall" and tree.kind(statement.node) in _RUNS and fresh.has_function_that_may_write(node):
        yield Hit("call-procedure", statement, statement.line, _READ_ELSEWHERE)
    if tree.kind(node) == "ExecuteStmt" and not fresh.has_plan(node):
        yield Hit("execute-prepared", statement, statement.line, _READ_ELSEWHERE)


def _foreign_keys(statement: Statement, node: Any, fresh: Fresh) -> Iterator[Hit]:
    """A new table that references one in use: adding the key takes SHARE ROW EXCLUSIVE on that one, too."""
    if tree.kind(node) != "CreateStmt":
        return
    for key in tree.foreign_keys(node):
        table = tree.plain(tree.written(key.pktable))
        if not fresh.has_table(key.pktable) and table != tree.plain(tree.written(node.relation)):
            message = f"writes to {table} wait while the key is added: short, but it queues behind every open transaction"
            yield Hit("foreign-key-on-new-table", statement, statement.line_at(key.location), message, ADVICE)


def _always(_node: Any) -> bool:
    return True


def _whole_table(node: Any) -> bool:
    return rows(node.whereClause) == ALL


def _merges(command: str) -> Test:
    return lambda node: any(_takes_all(node, one) for one in node.mergeWhenClauses if one.commandType.name == command)


def _takes_all(merge: Any, clause: Any) -> bool:
    """Updating what matches is like UPDATE … FROM, whose WHERE is the ON; what is deleted has to be said with AND."""
    updates = clause.commandType.name == "CMD_UPDATE" and clause.matchKind.name == "MERGE_WHEN_MATCHED"
    return rows(clause.condition) == ALL and (not updates or rows(merge.joinCondition) == ALL)


def _does(*actions: str) -> Test:
    """``actions``: how the parser's names for what ALTER TABLE does begin."""
    return lambda node: any(one.subtype.name.startswith(actions) for one in tree.actions(node))


def _drops(*what: str) -> Test:
    return lambda node: node.removeType.name.removeprefix("OBJECT_") in what


def _drops_other(node: Any) -> bool:
    """squawk looks at indexes; triggers, rules and policies belong to a table that stays."""
    return not _drops("TABLE", "FOREIGN_TABLE", "SCHEMA", "INDEX", "STATISTIC_EXT", "TRIGGER", "RULE", "POLICY")(node)


def _renames_column(node: Any) -> bool:
    return bool(node.renameType.name == "OBJECT_COLUMN" and node.relationType.name == "OBJECT_TABLE")


def _renames_table(node: Any) -> bool:
    return bool(node.renameType.name == "OBJECT_TABLE")


def _sets(setting: str, *harmless: str) -> Test:
    """``harmless``: values that may be given to it."""

    def test(node: Any) -> bool:
        return tree.sets(node, setting) and not (tree.kind(node) == "VariableSetStmt" and tree.texts(node.args) & set(harmless))

    return test


def _sets_every_setting(node: Any) -> bool:
    """RESET ALL, DISCARD ALL, and the view that sets what is written to it."""
    if tree.kind(node) == "UpdateStmt":
        return bool(node.relation.relname == "pg_settings")
    return (node.kind if tree.kind(node) == "VariableSetStmt" else node.target).name in ("VAR_RESET_ALL", "DISCARD_ALL")


def _moves_database(node: Any) -> bool:
    return any(one.defname == "tablespace" for one in node.options or ())


_READ_ELSEWHERE = "what it does cannot be read beforehand: write the statements themselves"
_REWRITES = "rewrites the table under an ACCESS EXCLUSIVE lock"
_COPIES = "copies the table under an ACCESS EXCLUSIVE lock"
_HIDES = "hides rows from the release that runs now"
_GONE = "everything in it is gone"
_EVERY_WRITE = "from now on every write of the release that runs now also does this"
_BATCHES = "every row is locked and written in one transaction: do it in batches, outside of the migration"
_MERGED = "every row that is found is locked and written in one transaction: say which with WHEN … AND, or do it in batches"
_DEPENDS = "code, views and other objects may depend on it"
_WAITS = "a migration that waits for a lock makes everybody behind it wait"
_LIMIT = "the limit of the run no longer holds for what follows"
_SET = ("VariableSetStmt", "FuncCall")
_SET_ALL = ("VariableSetStmt", "DiscardStmt", "UpdateStmt")

RULES = (
    Rule("update-without-where", ("UpdateStmt",), _whole_table, _BATCHES),
    Rule("update-without-where", ("MergeStmt",), _merges("CMD_UPDATE"), _MERGED),
    Rule("delete-without-where", ("DeleteStmt",), _whole_table, _BATCHES),
    Rule("delete-without-where", ("MergeStmt",), _merges("CMD_DELETE"), _MERGED),
    Rule(
        "ban-drop-column",
        ("AlterTableStmt",),
        _does("AT_DropColumn"),
        "the release that runs now may read it: stop using it first, drop it a release later",
    ),
    Rule("ban-drop-table", ("DropStmt",), _drops("TABLE", "FOREIGN_TABLE"), "the release that runs now may read it, and the rows are gone"),
    Rule("ban-drop-schema", ("DropStmt",), _drops("SCHEMA"), _GONE),
    Rule("ban-drop-database", ("DropdbStmt",), _always, _GONE),
    Rule("drop-object", ("DropStmt",), _drops_other, _DEPENDS),
    Rule("drop-object", ("DropRoleStmt", "DropOwnedStmt"), _always, _DEPENDS),
    Rule(
        "drop-cascade",
        ("DropStmt", "DropOwnedStmt", "AlterTableStmt"),
        tree.cascades,
        "takes along whatever depends on it, which cannot be read here: drop each thing by its name",
    ),
    Rule(
        "renaming-column",
        ("RenameStmt",),
        _renames_column,
        "the release that runs now reads the old name: add, copy, and drop a release later",
    ),
    Rule(
        "renaming-table",
        ("RenameStmt",),
        _renames_table,
        "the release that runs now reads the old name: put a view there, or move in two releases",
    ),
    Rule("truncate", ("TruncateStmt",), _always, "all rows are gone, and every reader waits for the ACCESS EXCLUSIVE lock"),
    Rule("lock-table", ("LockStmt",), _always, "everybody else waits until the migration ends"),
    Rule("vacuum-full", ("VacuumStmt",), lambda node: any(one.defname == "full" for one in node.options or ()), _REWRITES),
    Rule("cluster", ("ClusterStmt",), _always, _REWRITES),
    Rule("refresh-materialized-view", ("RefreshMatViewStmt",), lambda node: not node.concurrent, "readers wait: refresh CONCURRENTLY"),
    Rule("create-trigger", ("CreateTrigStmt", "CreateEventTrigStmt"), _always, _EVERY_WRITE),
    Rule("create-rule", ("RuleStmt",), _always, _EVERY_WRITE),
    Rule(
        "alter-trigger",
        ("AlterTableStmt",),
        _does("AT_EnableTrig", "AT_DisableTrig", "AT_EnableAlways", "AT_EnableReplica", "AT_EnableRule", "AT_DisableRule"),
        "changes what every write does",
    ),
    Rule("alter-trigger", ("AlterEventTrigStmt",), _always, "changes what every write does"),
    Rule(
        "row-level-security",
        ("AlterTableStmt",),
        _does("AT_EnableRowSecurity", "AT_DisableRowSecurity", "AT_ForceRowSecurity"),
        _HIDES,
    ),
    Rule("create-policy", ("CreatePolicyStmt",), _always, _HIDES),
    Rule("do-block", ("DoStmt",), _always, _READ_ELSEWHERE),
    Rule("call-procedure", ("CallStmt",), _always, _READ_ELSEWHERE),
    Rule("copy-program", ("CopyStmt",), lambda node: node.is_program, "runs a program on the database's own machine"),
    Rule("set-logged", ("AlterTableStmt",), _does("AT_SetLogged", "AT_SetUnLogged"), _REWRITES),
    Rule("set-tablespace", ("AlterTableStmt",), _does("AT_SetTableSpace"), _COPIES),
    Rule("set-tablespace", ("AlterTableMoveAllStmt",), _always, _COPIES),
    Rule("set-tablespace", ("AlterDatabaseStmt",), _moves_database, _COPIES),
    Rule(
        "attach-partition",
        ("AlterTableStmt",),
        _does("AT_AttachPartition"),
        "reads all of the partition under a lock, unless a valid CHECK proves its bounds",
    ),
    Rule("alter-system", ("AlterSystemStmt",), _always, "changes the whole server"),
    Rule(
        "create-index-concurrently-if-not-exists",
        ("IndexStmt",),
        lambda node: node.concurrent and node.if_not_exists,
        "after a failed build it takes the invalid index for the wanted one: DROP INDEX CONCURRENTLY IF EXISTS, then CREATE without it",
    ),
    Rule("overrides-lock-timeout", _SET, _sets("lock_timeout"), _WAITS),
    Rule("overrides-lock-timeout", _SET_ALL, _sets_every_setting, _WAITS),
    Rule("overrides-statement-timeout", _SET, _sets("statement_timeout"), _LIMIT, ADVICE),
    Rule("overrides-statement-timeout", _SET_ALL, _sets_every_setting, _LIMIT, ADVICE),
    Rule(
        "overrides-standard-conforming-strings",
        _SET,
        _sets("standard_conforming_strings", "on", "true", "yes", "1"),
        "a backslash then ends strings elsewhere than it was read here: write E'…'",
    ),
)

_BY_KIND = {kind: [rule for rule in RULES if kind in rule.kinds] for kind in {kind for rule in RULES for kind in rule.kinds}}

#: a table that was created a line above can still be lost to these
_ALWAYS = (
    "drop-object",
    "do-block",
    "call-procedure",
    "copy-program",
    "alter-system",
    "create-index-concurrently-if-not-exists",
    "overrides-lock-timeout",
    "overrides-statement-timeout",
    "overrides-standard-conforming-strings",
)

#: statements that run the functions that they name
_RUNS = (
    "SelectStmt",
    "InsertStmt",
    "UpdateStmt",
    "DeleteStmt",
    "MergeStmt",
    "CreateTableAsStmt",
    "CopyStmt",
    "ExplainStmt",
    "PrepareStmt",
    "DeclareCursorStmt",
)
