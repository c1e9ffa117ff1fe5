# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts SQL into statements and words, so that rules need not care about strings, comments, dollar quotes and line breaks. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\n]*|/\*.*?\*/)
  | (?P<string>[eE]?'(?:[^'\\]|''|\\.)*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<word>\w+)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Word(NamedTuple):
    text: str  # upper case; a quoted name as it is written, a string as ''
    line: int
    depth: int  # of parentheses around it
    name: str  # what it names: lower case unless quoted


class Statement(NamedTuple):
    words: tuple[Word, ...]
    line: int
    start: int  # offsets into the SQL
    end: int
    text: str  # on one line, without comments

    def says(self, *words: str) -> bool:
        """Whether it begins with these words."""
        return tuple(word.text for word in self.words[: len(words)]) == words

    def has(self, *words: str) -> bool:
        """Whether these words stand in it one after another."""
        texts = [word.text for word in self.words]
        return any(tuple(texts[i : i + len(words)]) == words for i in range(len(texts) - len(words) + 1))


def statements(sql: str) -> list[Statement]:
    found: list[Statement] = []
    words: list[Word] = []
    line, depth, start = 1, 0, 0
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup, match.group()
        if match.group("string") is not None:
            kind = "string"
        if kind == "mark" and text == ";" and depth == 0:
            _close(found, words, sql, start, match.end())
            words = []
        elif kind not in ("space", "comment"):
            depth -= text == ")"
            if not words:
                start = match.start()
            words.append(_word(str(kind), text, line, depth))
            depth += text == "("
        line += text.count("\n")
    _close(found, words, sql, start, len(sql))
    return found


def _word(kind: str, text: str, line: int, depth: int) -> Word:
    if kind == "string":
        return Word("''", line, depth, "")
    if kind == "quoted":
        return Word(text, line, depth, text[1:-1].replace('""', '"'))
    return Word(text.upper(), line, depth, text.lower())


def _close(found: list[Statement], words: list[Word], sql: str, start: int, end: int) -> None:
    if words:
        text = without_comments(sql[start:end]).strip().rstrip(";")
        found.append(Statement(tuple(words), words[0].line, start, end, " ".join(text.split())))


def without_comments(sql: str) -> str:
    """The same lines with every comment blanked: a comment must not be able to silence a linter."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group()) if match.group("comment") is not None else match.group()

    return _TOKEN.sub(blank, sql)


def without(sql: str, unwanted: list[Statement]) -> str:
    """The same lines with these statements blanked."""
    for statement in unwanted:
        part = re.sub(r"[^\n]", " ", sql[statement.start : statement.end])
        sql = sql[: statement.start] + part + sql[statement.end :]
    return sql


def qualified(words: tuple[Word, ...], at: int) -> tuple[str, int]:
    """The name that starts at a position, without the default schema, and the position after it."""
    if at >= len(words):
        return "", at
    name, at = words[at].name, at + 1
    while at + 1 < len(words) and words[at].text == ".":
        name, at = f"{name}.{words[at + 1].name}", at + 2
    return name.removeprefix("public."), at
