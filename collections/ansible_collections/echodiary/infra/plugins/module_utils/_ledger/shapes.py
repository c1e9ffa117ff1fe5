# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a document what this program would have written? Pure.

A shape is a function from a value and where it stands to what is wrong with it, empty when nothing is. What a shape does not name may
be there all the same: a version in between may have added it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Shape = Callable[[Any, str], str]

_NAMES = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "a truth value", type(None): "null"}


def kind(*types: type) -> Shape:
    """One of ``types``; a truth value is a number only where that is said."""

    def fault(value: Any, where: str) -> str:
        return "" if type(value) in types else f"{where} is {_NAMES.get(type(value), 'something else')}, not {_NAMES[types[0]]}"

    return fault


TEXT = kind(str)
NUMBER = kind(float, int)


def each(shape: Shape) -> Shape:
    """An object, every value of which has ``shape``."""

    def fault(value: Any, where: str) -> str:
        return kind(dict)(value, where) or _first(shape(item, f"{where}.{key}") for key, item in value.items())

    return fault


def items(shape: Shape) -> Shape:
    """A list, every item of which has ``shape``."""

    def fault(value: Any, where: str) -> str:
        return kind(list)(value, where) or _first(shape(item, f"{where}[{number}]") for number, item in enumerate(value))

    return fault


def fields(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    """An object with these fields."""
    known = {**required, **(optional or {})}

    def fault(value: Any, where: str) -> str:
        return (
            kind(dict)(value, where)
            or _first(f"{where} has no {name}" for name in required if name not in value)
            or _first(known[name](item, f"{where}.{name}") for name, item in value.items() if name in known)
        )

    return fault


def maybe(shape: Shape) -> Shape:
    """``shape``, or nothing."""

    def fault(value: Any, where: str) -> str:
        return "" if value is None else shape(value, where)

    return fault


def _first(faults: Iterable[str]) -> str:
    return next((fault for fault in faults if fault), "")
