# SPDX-License-Identifier: GPL-3.0-or-later
"""A revision's SQL as statements that PostgreSQL's own parser (pglast) has read, each with its place in the text. Pure.

What it cannot read is a statement, too, with the parser's words in place of a tree: nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError

if TYPE_CHECKING:
    from pglast.ast import Node, RawStmt
    from pglast.parser import Token

#: what the parser takes for space; Python's strip() takes more
_SPACE = " \t\n\r\f\v"
#: a value that is bound later, as SQLAlchemy writes it; PostgreSQL's parser knows it as $1
_BIND = re.compile(r":[A-Za-z_]\w*|%\(\w+\)s")


class Statement(NamedTuple):
    node: Node | None  # None where the parser cannot read it
    start: int  # offset into the script's text
    raw: str
    line: int
    error: str = ""  # the parser's, where there is no node
    base: int = 0  # what the node's own locations count from

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @property
    def text(self) -> str:
        """On one line."""
        return " ".join(self.raw.split()).rstrip("; ")

    def line_at(self, location: int) -> int:
        """``location``: as a node of this statement has it."""
        return self.line + self.raw.count("\n", 0, max(0, self.base + location - self.start))


class Script(NamedTuple):
    text: str  # as long as what was given and with the same lines; comments are blank and binds are $1
    statements: list[Statement]


def statements(sql: str) -> list[Statement]:
    return read(sql).statements


def read(sql: str) -> Script:
    """As one text where that goes, else piece by piece, so that one unreadable statement does not hide the others."""
    bare = without_comments(sql.replace("\0", "\ufffd"))  # where the parser would stop reading
    whole = _parsed(bare)
    if not whole.error:
        return Script(whole.text, _statements(whole.text, 0, len(bare), whole))
    found, text = [], bare
    for start, end in _pieces(bare):
        piece = _parsed(bare[start:end])
        text = text[:start] + piece.text + text[end:]
        found += _statements(text, start, end, piece)
    return Script(text, found)


def without_comments(sql: str) -> str:
    """A comment must not be able to silence a linter."""
    comments = [token for token in _tokens(sql) if token.name in ("SQL_COMMENT", "C_COMMENT")]
    return _blanked(sql, [(token.start, token.end + 1) for token in comments])


def without(sql: str, unwanted: list[Statement]) -> str:
    """The same lines with these statements blanked."""
    return _blanked(sql, [(statement.start, statement.end) for statement in unwanted])


def _parser() -> ModuleType:
    """Loaded here and not above: only a run that has SQL to judge pays for it."""
    try:
        from pglast import parser
    except ImportError as error:
        raise SpecError(
            f"pglast cannot be loaded on the controller ({error}), and no revision runs that nobody looked at: pip install 'pglast>=8'"
        ) from error
    return parser


def _blanked(sql: str, parts: list[tuple[int, int]]) -> str:
    """``parts``: where each begins and ends, in order."""
    kept, at = [], 0
    for start, end in parts:
        kept += [sql[at:start], re.sub(r"[^\n]", " ", sql[start:end])]
        at = end
    return "".join([*kept, sql[at:]])


def _tokens(sql: str) -> tuple[Token, ...]:
    """Up to where something begins that does not end, such as a string."""
    parser = _parser()
    while sql:
        try:
            found: tuple[Token, ...] = tuple(parser.scan(sql))
        except parser.ParseError as error:
            sql = sql[: min(_place(error), len(sql) - 1)]
        else:
            return found
    return ()


def _place(error: Exception) -> int:
    return int(error.args[1]) if len(error.args) > 1 and error.args[1] is not None else 0


class _Parsed(NamedTuple):
    text: str  # with $1 for binds
    nodes: tuple[RawStmt, ...]
    error: str


def _parsed(text: str) -> _Parsed:
    """Only what the parser stumbles over is taken for a bind."""
    parser = _parser()
    while True:
        try:
            return _Parsed(text, parser.parse_sql(text), "")
        except parser.ParseError as error:
            bind = _BIND.match(text, _place(error))
            if not bind:
                return _Parsed(text, (), str(error.args[0]))
            text = text[: bind.start()] + "$1".ljust(len(bind.group())) + text[bind.end() :]


def _statements(text: str, start: int, end: int, parsed: _Parsed) -> list[Statement]:
    """What was parsed stands between ``start`` and ``end`` of the text."""
    if parsed.error:
        return [_statement(text, start, end, None, parsed.error)]
    found = []
    for raw in parsed.nodes:
        at = start + (raw.stmt_location or 0)
        found.append(_statement(text, at, at + raw.stmt_len if raw.stmt_len else end, raw.stmt, base=start))
    return found


def _statement(text: str, start: int, end: int, node: Node | None, error: str = "", base: int = 0) -> Statement:
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip(_SPACE))
    return Statement(node, start, raw.strip(_SPACE), text.count("\n", 0, start) + 1, error, base)


def _pieces(sql: str) -> Iterator[tuple[int, int]]:
    """Between the semicolons that stand outside of strings and parentheses."""
    start = depth = 0
    for token in _tokens(sql):
        depth += {"ASCII_40": 1, "ASCII_41": -1}.get(token.name, 0)
        if token.name == "ASCII_59" and depth <= 0:
            if sql[start : token.start].strip(_SPACE):
                yield start, token.start
            start, depth = token.end + 1, 0
    if sql[start:].strip(_SPACE):
        yield start, len(sql)
