# SPDX-License-Identifier: GPL-3.0-or-later
"""What sshd's configuration files say, line by line with where it stands (sshd_config(5)); what they come to is sshd's to say."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from typing import NamedTuple

from . import reading

MAIN = "/etc/ssh/sshd_config"
#: what a keyword was called before
RENAMED = {
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
    "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
    "hostbasedacceptedkeytypes": "hostbasedacceptedalgorithms",
    "keepalive": "tcpkeepalive",
    "authorizedkeysfile2": "authorizedkeysfile",
}
#: files that include each other end somewhere
_DEEPEST = 16
_LINE = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+|$)(.*)")


class Line(NamedTuple):
    """``match``: the criteria of its block as written; empty where it holds for everybody."""

    path: str
    number: int
    match: str
    keyword: str
    value: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


def read(path: str = MAIN, open_file: Callable[[str], str] | None = None) -> tuple[Line, ...]:
    """All lines in the order in which sshd reads them, included files where they are named."""
    return tuple(_read(path, "", open_file or reading.text, 0))


def _read(path: str, match: str, open_file: Callable[[str], str], depth: int) -> Iterator[Line]:
    for line in parse(path, open_file(path), match):
        yield line
        for included in _included(line) if line.keyword == "include" and depth < _DEEPEST else ():
            yield from _read(included, line.match, open_file, depth + 1)


def _included(line: Line) -> list[str]:
    patterns = (os.path.join(os.path.dirname(MAIN), word) for word in words(line.value))
    return [path for pattern in patterns for path in sorted(_matching(pattern))]


def _matching(pattern: str) -> list[str]:
    """As by glob(7); all that is said of most is that a name has an end."""
    folder, _, name = pattern.rpartition("/")
    if name[:1] != "*" or any(letter in folder + name[1:] for letter in "*?["):
        import glob

        return glob.glob(pattern)
    found = (entry for entry in reading.entries(folder) if entry.name.endswith(name[1:]))
    return [entry.path for entry in found if not entry.name.startswith(".")]


def parse(path: str, text: str, match: str = "") -> Iterator[Line]:
    """One file. A block ends with it, and goes on to the next ``Match``; ``Match all`` is for everybody who comes that far."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if not found:
            continue
        keyword = found[1].lower()
        if keyword == "match":
            match = "" if found[2].strip().lower() == "all" else found[2].strip()
        yield Line(path, number, match, RENAMED.get(keyword, keyword), found[2].strip())


def words(value: str) -> list[str]:
    try:
        return shlex.split(value, comments=True)
    except ValueError:
        return value.split()
