# SPDX-License-Identifier: GPL-3.0-or-later
"""Thinking that hides in the YAML of a role: Jinja that loops, decides, or does several things at once is code that no unit test sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, nodes

#: their values are expressions without braces
CONDITIONS = ("when", "failed_when", "changed_when", "until", "that")
#: filters that are a loop or an ``if`` by another name
LOOPING = frozenset(
    {"map", "select", "selectattr", "reject", "rejectattr", "batch", "slice", "groupby", "ternary", "dictsort", "zip", "product"}
)
MOST_FILTERS = 1
#: filters that take one of several
PICKING = frozenset({"first", "last", "min", "max", "random"})

_JINJA = Environment(autoescape=False)  # nothing is rendered


def templates(data: Any, key: str = "") -> Iterator[str]:
    """Every text of the data that Ansible renders, names of variables too; conditions with braces around them."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield str(name)
            yield from templates(value, str(name))
    elif isinstance(data, list):
        for value in data:
            yield from templates(value, key)
    elif isinstance(data, str):
        yield "{{ " + data + " }}" if key in CONDITIONS and "{{" not in data else data


def problems(data: Any) -> list[str]:
    return [f"{why}: {text}" for text in templates(data) for why in _problems(text)]


def leaders(text: str) -> list[str]:
    """The filters and indices that pick one host out of ``groups`` by hand; ``first_host`` is what picks."""
    tree = _JINJA.parse(text)
    filters = [(one.name, one.node) for one in tree.find_all(nodes.Filter) if one.name in PICKING]
    indices = [
        ("[]", one.node) for one in tree.find_all(nodes.Getitem) if isinstance(one.arg, nodes.Const) and isinstance(one.arg.value, int)
    ]
    return [how for how, node in filters + indices if _of_groups(node)]


def _of_groups(node: nodes.Node | None) -> bool:
    return node is not None and any(name.name == "groups" for name in nodes.Output([node]).find_all(nodes.Name))


def _problems(text: str) -> Iterator[str]:
    for part in _JINJA.parse(text).body:
        if not isinstance(part, nodes.Output):
            yield "a statement"
            continue
        for expression in part.nodes:
            yield from _of_expression(expression)


def _of_expression(expression: nodes.Expr) -> Iterator[str]:
    wrapped = nodes.Output([expression])
    filters = [one.name for one in wrapped.find_all(nodes.Filter)]
    if any(wrapped.find_all(nodes.CondExpr)):
        yield "an if"
    if LOOPING & {name.rpartition(".")[2] for name in filters}:
        yield "a loop"
    if len(filters) > MOST_FILTERS:
        yield f"{len(filters)} filters"
