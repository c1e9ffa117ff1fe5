# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a document what this program would have written? Pure.

A shape is a function from a value to what is wrong with it, empty when nothing is. What is wrong begins with where it is (``.loaded.x
is a list``): that is put together on the way out, so that a document in order costs next to nothing. What a shape does not name may be
there all the same: a version in between may have added it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Json

Shape = Callable[["Json"], str]

_NAMES = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "a truth value", type(None): "null"}


def kind(*types: type) -> Shape:
    """One of ``types``; a truth value is a number only where that is said."""

    def fault(value: Json) -> str:
        return "" if type(value) in types else f" is {_NAMES.get(type(value), 'something else')}, not {_NAMES[types[0]]}"

    return fault


TEXT = kind(str)
NUMBER = kind(float, int)
_OBJECT = kind(dict)
_LIST = kind(list)


def each(shape: Shape) -> Shape:
    """An object, every value of which has ``shape``."""

    def fault(value: Json) -> str:
        if not isinstance(value, dict):
            return _OBJECT(value)
        for key, item in value.items():
            wrong = shape(item)
            if wrong:
                return f".{key}{wrong}"
        return ""

    return fault


def items(shape: Shape) -> Shape:
    """A list, every item of which has ``shape``."""

    def fault(value: Json) -> str:
        if not isinstance(value, list):
            return _LIST(value)
        for number, item in enumerate(value):
            wrong = shape(item)
            if wrong:
                return f"[{number}]{wrong}"
        return ""

    return fault


def fields(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    """An object with these fields."""
    known = {**required, **(optional or {})}

    def fault(value: Json) -> str:
        if not isinstance(value, dict):
            return _OBJECT(value)
        for name, shape in known.items():
            if name in value:
                wrong = shape(value[name])
                if wrong:
                    return f".{name}{wrong}"
            elif name in required:
                return f" has no {name}"
        return ""

    return fault


def maybe(shape: Shape) -> Shape:
    """``shape``, or nothing."""

    def fault(value: Json) -> str:
        return "" if value is None else shape(value)

    return fault
