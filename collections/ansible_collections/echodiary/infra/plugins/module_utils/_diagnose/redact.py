# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of text that leaves the host: those that are known by value, and whatever looks like one. Pure.

It rather takes out too much: a bundle is sent around in a hurry, and nobody reads all of it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from .._host import masking

MASK = masking.MASK

#: PWD=/home/ann is where somebody was
_WORDS = r"passw(?:or)?d|passphrase|pwd(?!=/)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential"
NAMES = rf"(?:[\w-]*(?:{_WORDS})[\w-]*|pgpassword)"


class Quotes(NamedTuple):
    """Of a kind of text: what is a quote in it, and what stands in double and in single ones."""

    quote: str
    double: str
    single: str


def rules(quotes: Quotes) -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern, what takes its place). But for what is quoted, none goes over a double quote: in JSON that would end more."""
    # what stands between a name and its value: JSON, YAML, environment, command lines
    sign = rf"(?:{quotes.quote}|')?\s*(?:=>|[:=])\s*"
    value = rf"(?:{quotes.double}|{quotes.single}|'?[^\s,;&\"'}}\]\\]+)"
    found = [
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^\"]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z|(?=\\*\"))", MASK),
        # the password of a URL ends at the last @ before the host
        (r"(://[^:/@\s\"']*:)[^\s/\"']*(?=@)", rf"\1{MASK}"),
        (rf"(?i)(\b(?:proxy-)?authorization{sign}(?:\w+\s+)?)[^\s,;\"'\\]+", rf"\1{MASK}"),
        (rf"(?i)(\b(?:set-)?cookie{sign})[^\r\n\"\\]+", rf"\1{MASK}"),
        # a word that follows is no key, however long it is
        (r"(?i)(\b(?:bearer|basic)\s+)(?=[^\s\"]*(?:[0-9=]|(?-i:[a-z][A-Z])))[A-Za-z0-9._~+/=-]{8,}", rf"\1{MASK}"),
        (rf"(?i)({NAMES}{sign}){value}", rf"\1{MASK}"),
        (rf"(?i)(--?{NAMES}\s+)[^\s\"'\\-][^\s\"'\\]*", rf"\1{MASK}"),
        (rf"(?i)(\bpassword\s+)(?:E?{quotes.single}(?:{quotes.single})*|{quotes.double})", rf"\1{MASK}"),
        (r"\bSCRAM-SHA-256\$[^\s'\"\\]+", MASK),
        (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", MASK),
        (r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", MASK),
        (r"\b(?:xox[abeprs]-|gh[opusr]_|github_pat_|glpat-)[\w-]{10,}", MASK),
        (r"(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/)[^\s\"'\\]+", rf"\1{MASK}"),
    ]
    return tuple((re.compile(pattern), instead) for pattern, instead in found)


#: a quote may be one that is escaped inside of a string
RULES = rules(Quotes(r"\\*\"", r"\\*\"(?:[^\"\\\n]|\\[^\"])*\\*\"", r"'[^'\n]*'"))


def values(known: Iterable[str]) -> list[str]:
    """As they are and as URLs and quotes write them, ready for ``redact``."""
    long_enough = masking.longest_first(value.strip() for value in known)
    encoded = {quote(value, safe="") for value in long_enough}
    escaped = {value.replace("\\", "\\\\").replace('"', '\\"') for value in long_enough}
    return masking.longest_first([*long_enough, *encoded, *escaped])


def redact(text: str, known: list[str]) -> str:
    """``known`` as ``values`` gives them."""
    text = masking.mask(text, known)
    for pattern, instead in RULES:
        text = pattern.sub(instead, text)
    return text
