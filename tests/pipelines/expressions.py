# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's expressions, as far as our workflows use them. What is unknown is an error here, where GitHub would say nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|[!(),])|(\d+)|([A-Za-z_][\w.*-]*))")
_WHOLE = re.compile(r"^\s*\$\{\{(.*)\}\}\s*$", re.DOTALL)
_PART = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)

Functions = Mapping[str, Callable[..., Any]]


class Expressions:
    """``contexts``: name -> nested mapping. ``functions``: beside the built-in ones."""

    def __init__(self, contexts: Mapping[str, Any], functions: Functions | None = None) -> None:
        self.contexts = contexts
        self.functions: dict[str, Callable[..., Any]] = {
            "fromJSON": json.loads,
            "format": lambda text, *values: re.sub(r"\{(\d)\}", lambda found: _text(values[int(found[1])]), text),
            "contains": lambda where, what: what in where,
            **(functions or {}),
        }

    def fill(self, text: Any) -> Any:
        """The text with every ${{ }} evaluated; a text that is one expression keeps the expression's type."""
        if not isinstance(text, str):
            return text
        whole = _WHOLE.match(text)
        if whole and "}}" not in whole[1]:
            return self.evaluate(whole[1])
        return _PART.sub(lambda found: _text(self.evaluate(found[1])), text)

    def fill_all(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.fill(value) for name, value in given.items()}

    def evaluate(self, expression: str) -> Any:
        parser = _Parser(_tokens(expression), self)
        value = parser.either()
        assert not parser.tokens, f"{expression}: {parser.tokens} is left"
        return value

    def holds(self, condition: str) -> bool:
        """An ``if:``, with or without ${{ }}; GitHub adds success() where no status is asked for."""
        whole = _WHOLE.match(condition)
        expression = whole[1] if whole else condition
        asked = re.search(r"\b(success|failure|cancelled|always)\(\)", expression)
        return _true(self.evaluate(expression if asked else f"success() && ({expression})"))

    def name(self, dotted: str) -> Any:
        value: Any = self.contexts
        first, *rest = dotted.split(".")
        assert first in value, f"no context {first}"
        value = value[first]
        for number, key in enumerate(rest):
            if key == "*":
                return [_dig(one, rest[number + 1 :]) for one in value.values()]
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def _dig(value: Any, keys: list[str]) -> Any:
    for key in keys:
        value = value[key]
    return value


def _tokens(text: str) -> list[str]:
    found, place, text = [], 0, text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match, f"{text}: cannot be read at {text[place:]}"
        found.append(match[0].strip())
        place = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[str], where: Expressions) -> None:
        self.tokens, self.where = tokens, where

    def either(self) -> Any:
        value = self.both()
        while self._next("||"):
            other = self.both()
            value = value if _true(value) else other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self._next("&&"):
            other = self.compared()
            value = other if _true(value) else value
        return value

    def compared(self) -> Any:
        value = self.single()
        for sign in ("==", "!="):
            if self._next(sign):
                return (_text(value).lower() == _text(self.single()).lower()) is (sign == "==")
        return value

    def single(self) -> Any:
        token = self.tokens.pop(0)
        if token == "!":
            return not _true(self.single())
        if token == "(":
            value = self.either()
            assert self._next(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdigit():
            return int(token)
        if token in ("true", "false"):
            return token == "true"
        return self._call(token) if self._next("(") else self.where.name(token)

    def _call(self, function: str) -> Any:
        values = []
        while not self._next(")"):
            values.append(self.either())
            self._next(",")
        return self.where.functions[function](*values)

    def _next(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False


def _true(value: Any) -> bool:
    return value not in (None, "", 0, False)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
