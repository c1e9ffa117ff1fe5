# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rows of a table a WHERE takes, as far as its text alone can tell. Pure.

One that names no column takes all rows or none, so all are assumed unless it is plainly false. What a column holds is not known here:
``WHERE id > 0`` takes some rows.
"""

from __future__ import annotations

import operator
from typing import Any

from . import tree

ALL, SOME, NONE = "all", "some", "none"

_COMPARED = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def rows(condition: Any) -> str:
    """``condition``: a node, or None where there is no WHERE."""
    kind = tree.kind(condition)
    if kind == "BoolExpr":
        return _joined(condition.boolop.name, [rows(one) for one in condition.args])
    if kind == "A_Const" and tree.kind(condition.val) == "Boolean":
        return ALL if condition.val.boolval else NONE
    if kind == "A_Expr" and (compared := _compared(condition)):
        return compared
    return SOME if any(tree.kind(one) in ("ColumnRef", "CurrentOfExpr") for one in tree.walk(condition)) else ALL


def _joined(how: str, parts: list[str]) -> str:
    if how == "NOT_EXPR":
        return {ALL: NONE, NONE: ALL}.get(parts[0], SOME)
    strongest, other = (NONE, ALL) if how == "AND_EXPR" else (ALL, NONE)
    if strongest in parts:
        return strongest
    return SOME if SOME in parts else other


def _compared(node: Any) -> str:
    """Something with itself, or a number with a number; empty for anything else. What is equal to itself leaves out no row but a NULL."""
    if node.kind.name not in ("AEXPR_OP", "AEXPR_NOT_DISTINCT") or node.lexpr is None:
        return ""
    compare = _COMPARED.get(node.name[-1].sval)
    if not compare:
        return ""
    left, right = (0.0, 0.0) if node.lexpr == node.rexpr else (_number(node.lexpr), _number(node.rexpr))
    if left is None or right is None:
        return ""
    return ALL if compare(left, right) else NONE


def _number(node: Any) -> float | None:
    value = node.val if tree.kind(node) == "A_Const" else None
    found = getattr(value, "ival", getattr(value, "fval", None))
    return None if found is None else float(found)
