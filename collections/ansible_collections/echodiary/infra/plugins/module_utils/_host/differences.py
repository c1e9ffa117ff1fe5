# SPDX-License-Identifier: GPL-3.0-or-later
"""Two texts as a unified diff in which every difference can be seen: line ends, a missing last newline, blanks, a byte order mark."""

from __future__ import annotations

import re

#: as diff(1) and git say it
NO_NEWLINE = "\\ No newline at end of file"
#: what looks like nothing, or like a blank, wherever it stands
UNSEEN = re.compile("[\u00a0\u00ad\u200b-\u200f\u2028\u2029\u202f\u2060\ufeff\x0b\x0c\x85]")
BLANKS = re.compile(r"[ \t]+")
TAB, BLANK, RETURN = "␉", "␠", "␍"


def unified(path: str, before: str, after: str) -> str:
    """Empty when the texts are the same."""
    import difflib  # only a run that shows a difference pays for it

    shown = difflib.unified_diff(_lines(before), _lines(after), f"{path} (live)", f"{path} (desired)", lineterm="", n=2)
    rows = list(shown)
    alike = {_bare(row) for row in rows[2:] if row.startswith("-")} & {_bare(row) for row in rows[2:] if row.startswith("+")}
    return "\n".join([*rows[:2], *(_visible(row, blanks=row[:1] in "+-" and _bare(row) in alike) for row in rows[2:])])


def _lines(text: str) -> list[str]:
    """Only a newline ends a line; that the last one has none is a part of it."""
    lines = text.split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n{NO_NEWLINE}"] if last else lines


def _bare(row: str) -> str:
    """A changed line without what cannot be seen."""
    return UNSEEN.sub("", BLANKS.sub("", row[1:].replace("\r", "").replace(f"\n{NO_NEWLINE}", "")))


def _visible(row: str, blanks: bool) -> str:
    """Blanks are only marked where nothing else tells the old line from the new."""
    body, newline, rest = row[1:].partition("\n")
    if blanks:
        body = BLANKS.sub(lambda found: found[0].replace("\t", TAB).replace(" ", BLANK), body)
    body = UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", body.replace("\r", RETURN))
    return f"{row[:1]}{body}{newline}{rest}"
