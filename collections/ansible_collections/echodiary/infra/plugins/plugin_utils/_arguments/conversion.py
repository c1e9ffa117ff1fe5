# SPDX-License-Identifier: GPL-3.0-or-later
"""Text becomes the declared type. ``-e x=false`` and a line of an INI inventory are text, and any text is true.

Only text is converted: whoever writes YAML or JSON has said the type. A text with a template in it is left to templating.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from ansible.module_utils.common.validation import check_type_bool, check_type_dict, check_type_float, check_type_int


class Option(TypedDict, total=False):
    """One variable of an argument_specs file, as far as conversion goes by it."""

    type: str
    elements: str
    options: Mapping[str, Option]
    no_log: bool


class ConversionError(ValueError):
    """``text`` was given, ``declared`` is the type that it is none of; ``example`` says how one is written."""

    def __init__(self, text: str, declared: str) -> None:
        super().__init__(text, declared)
        self.text, self.declared, self.example = text, declared, _EXAMPLES.get(declared, "")


def converted(value: object, option: Option) -> object:
    """``value`` itself when nothing was to be done. Raises ConversionError."""
    declared = option.get("type", "str")
    if isinstance(value, str):
        return value if _keeps(value, declared) else _inside(_parsed(value, declared), option)
    return _inside(value, option)


def _keeps(text: str, declared: str) -> bool:
    return declared not in _PARSERS or any(mark in text for mark in ("{{", "{%", "{#"))


def _parsed(text: str, declared: str) -> object:
    try:
        return _PARSERS[declared](text.strip())
    except (TypeError, ValueError) as error:
        raise ConversionError(text, declared) from error


def _inside(value: object, option: Option) -> object:
    """Elements of lists and keys of dictionaries. Containers are made anew only where something in them changes."""
    if isinstance(value, list) and (option.get("elements") or option.get("options")):
        element: Option = {"type": option.get("elements", "dict"), "options": option.get("options") or {}}
        items = [converted(item, element) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict) and option.get("options"):
        known = {key: converted(value[key], sub) for key, sub in (option.get("options") or {}).items() if key in value}
        return {**value, **known} if any(new is not value[key] for key, new in known.items()) else value
    return value


def _list(text: str) -> list[Any]:
    if text.startswith("["):
        parsed = json.loads(text)
        return parsed if isinstance(parsed, list) else [parsed]
    return [item.strip() for item in text.split(",")] if text else []


def _float(text: str) -> float:
    """A whole number stays one, as it does in YAML: ``1`` and ``1.0`` are not the same in a file."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else float(check_type_float(text))


_PARSERS: dict[str, Callable[[str], object]] = {
    "bool": check_type_bool,
    "int": check_type_int,
    "float": _float,
    "list": _list,
    "dict": check_type_dict,
}
_EXAMPLES = {"bool": " (true or false)", "list": " (a,b or a JSON list)", "dict": " (a JSON object)"}
