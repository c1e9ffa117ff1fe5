# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the parser's tree that several rules ask. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pglast.ast import Node

#: what stands in these is kept for later and not done
KEPT = (
    "CreateFunctionStmt",
    "AlterFunctionStmt",
    "AlterRoleSetStmt",
    "AlterDatabaseSetStmt",
    "AlterSystemStmt",
    "RuleStmt",
    "ViewStmt",
)


def kind(node: Any) -> str:
    """The name of a node's class, which is PostgreSQL's own for it. A rule names it, and so loads nothing."""
    return type(node).__name__


def walk(root: Any, kept: tuple[str, ...] = ()) -> Iterator[Node]:
    """A node and all below it, as they are written. ``kept``: nodes that are given, and not gone into."""
    from pglast.ast import Node

    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += reversed(node)
        elif isinstance(node, Node):
            yield node
            waiting += [] if kind(node) in kept else [getattr(node, name) for name in reversed(list(node))]


def done(root: Node | None) -> Iterator[Node]:
    """All that runs when the statement does."""
    return walk(root, KEPT)


def name(strings: Any) -> str:
    """Of a list of nodes, as DROP, functions and types have it; as it is written."""
    return ".".join(one.sval for one in strings)


def written(relation: Any) -> str:
    return f"{relation.schemaname}.{relation.relname}" if relation.schemaname else str(relation.relname)


def plain(name: str) -> str:
    """Without the default schema."""
    return name.removeprefix("public.")


def spellings(relation: Any) -> set[str]:
    """All that mean the table which is made under this name."""
    schema = "pg_temp" if relation.relpersistence == "t" else relation.schemaname or "public"
    qualified = f"{schema}.{relation.relname}"
    return {qualified, relation.relname} if schema in ("public", "pg_temp") else {qualified}


def cascades(node: Any) -> bool:
    return any(one.behavior.name == "DROP_CASCADE" for one in [node, *actions(node)] if getattr(one, "behavior", None) is not None)


def tables(node: Any) -> list[str]:
    """Those that it is about, as they are written; empty when that is not plain."""
    if kind(node) == "DropStmt":
        return [name(one) for one in node.objects] if node.removeType.name == "OBJECT_TABLE" else []
    if kind(node) in ("TruncateStmt", "LockStmt"):
        return [] if cascades(node) else [written(one) for one in node.relations]
    relation = getattr(node, "relation", None)
    return [written(relation)] if relation else []


def relations(root: Any) -> list[str]:
    """All that it names, as they are written."""
    return [written(one) for one in walk(root) if kind(one) == "RangeVar"]


def calls(root: Any) -> bool:
    return any(kind(one) == "FuncCall" for one in walk(root))


def actions(node: Any) -> list[Any]:
    """One ALTER TABLE may do several things."""
    return list(node.cmds) if kind(node) == "AlterTableStmt" else []


def text(node: Any) -> str:
    """Of a constant that is a string, else empty."""
    return str(node.val.sval) if kind(node) == "A_Const" and kind(node.val) == "String" else ""


def texts(root: Any) -> set[str]:
    """All strings among its constants."""
    return {text(one) for one in walk(root)} - {""}


def bodies(root: Any) -> list[str]:
    """Of functions and DO blocks, as they are written: in what language is not asked."""
    options = [one for one in walk(root) if kind(one) == "DefElem" and one.defname == "as"]  # type: ignore[attr-defined]
    return [part.sval for one in options for part in walk(one.arg) if kind(part) == "String"]  # type: ignore[attr-defined]


def sets(node: Any, setting: str) -> bool:
    """SET, RESET or ``set_config``; a name that is only known when it runs may be any."""
    if kind(node) == "VariableSetStmt":
        return (node.name or "").lower() == setting
    if kind(node) != "FuncCall" or name(node.funcname).removeprefix("pg_catalog.") != "set_config":
        return False
    return (text((node.args or (None,))[0]) or setting).lower() == setting


def foreign_keys(root: Any) -> list[Any]:
    keys: list[Any] = [one for one in walk(root) if kind(one) == "Constraint"]
    return [one for one in keys if one.contype.name == "CONSTR_FOREIGN"]
