# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric math, as far as alarms here use it: numbers, ids, + - * /, comparisons, IF and FILL. None is a period without data."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

Value = float | None
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def of(text: str, known: Mapping[str, Value]) -> Value:
    """``known``: id -> its value in one period. ValueError for what is not known here."""
    return _of(ast.parse(text, mode="eval").body, known)


def _of(node: ast.AST, known: Mapping[str, Value]) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.BinOp):
        return _together(node.op, _of(node.left, known), _of(node.right, known))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _together(node.ops[0], _of(node.left, known), _of(node.comparators[0], known))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id]([_of(one, known) for one in node.args])
    raise ValueError(f"not known here: {ast.unparse(node)}")


def _together(how: ast.AST, one: Value, other: Value) -> Value:
    """Where one has no data, or nothing can be divided, there is none."""
    if one is None or other is None or (isinstance(how, ast.Div) and other == 0):
        return None
    return float(_OPERATORS[type(how)](one, other))


def _chosen(given: list[Value]) -> Value:
    condition, then, otherwise = given
    return None if condition is None else then if condition else otherwise


def _filled(given: list[Value]) -> Value:
    value, otherwise = given
    return otherwise if value is None else value


_FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {"IF": _chosen, "FILL": _filled}
