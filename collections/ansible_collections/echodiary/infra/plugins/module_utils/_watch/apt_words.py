# SPDX-License-Identifier: GPL-3.0-or-later
"""apt's configuration: as its files write it (apt.conf(5)), and as ``apt-config dump`` prints what they come to. Pure.

A name ends in ``::`` where the value is one of a list. Upper and lower case are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

#: lower-case name -> values; of a list several
Settings = Mapping[str, Sequence[str]]

_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|(?P<text>"(?:\\.|[^"\\])*")|(?P<mark>[{};])|(?P<word>[^\s{};"]+)', re.DOTALL)
_DUMPED = re.compile(r'(?P<name>\S+) "(?P<value>.*)";')


class Said(NamedTuple):
    """One statement of a file, in its order; ``cleared``: all that was said before is none."""

    name: str
    value: str = ""
    cleared: bool = False


def parse_dump(output: str) -> dict[str, list[str]]:
    """Names that only hold others are left out where they say nothing themselves."""
    found: dict[str, list[str]] = {}
    for line in output.splitlines():
        dumped = _DUMPED.fullmatch(line.strip())
        if dumped and (dumped["value"] or dumped["name"].endswith("::")):
            found.setdefault(dumped["name"].lower(), []).append(_decoded(dumped["value"]))
    return found


def _decoded(value: str) -> str:
    """apt writes what would end its own text as in an address."""
    return re.sub("%([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), value) if "%" in value else value


def settings(said: Sequence[Said]) -> dict[str, list[str]]:
    """What a file comes to by itself."""
    found: dict[str, list[str]] = {}
    for one in said:
        if one.cleared:
            found = {name: values for name, values in found.items() if not _is_below(name, one.name)}
        elif one.name.endswith("::"):
            found.setdefault(one.name, []).append(one.value)
        else:
            found[one.name] = [one.value]
    return found


def _is_below(name: str, cleared: str) -> bool:
    return name == cleared or name.startswith(f"{cleared}::")


def parse(text: str) -> list[Said]:
    """One file. What cannot be understood is passed over: apt itself refuses it aloud."""
    return list(_Reader(text).read())


class _Reader:
    def __init__(self, text: str) -> None:
        # what begins with # is a comment, but for what tells apt something
        lines = (line for line in text.splitlines() if not re.match(r"\s*#(?!clear|include)", line))
        self._tokens = [found for found in _TOKEN.finditer("\n".join(lines)) if found.lastgroup]
        self._outer: list[str] = []
        self._words: list[str] = []

    def read(self) -> Iterator[Said]:
        for token in self._tokens:
            mark = token["mark"]
            if not mark:
                self._words.append(token[0])
            elif mark == "{":
                self._outer.append(self._name(self._words[:1]))
                self._words = []
            else:
                yield from self._said()
                if mark == "}" and self._outer:
                    self._outer.pop()

    def _said(self) -> Iterator[Said]:
        words, self._words = self._words, []
        if words and words[0] == "#clear":
            yield from (Said(self._name([word]), cleared=True) for word in words[1:])
        elif words and words[0].startswith('"'):
            yield Said(f"{self._name([])}::", _unquoted(words[0]))
        elif len(words) > 1:
            yield Said(self._name(words[:1]), _unquoted(words[1]))

    def _name(self, words: Sequence[str]) -> str:
        return "::".join([*self._outer[-1:], *words]).lower()


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word
