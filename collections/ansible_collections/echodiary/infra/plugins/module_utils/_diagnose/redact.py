# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of text that leaves the host: those that are known by value, and whatever looks like one. Pure.

It rather takes out too much: a bundle is sent around in a hurry, and nobody reads all of it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from .._host import masking

MASK = masking.MASK

_NAMES = r"(?:[\w-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[\w-]*|pgpassword)"
#: what stands between a name and its value: JSON, YAML, environment, command lines, also with quotes escaped inside a string
_SIGN = r"""(?:\\*["'])?\s*(?:=>|[:=])\s*"""
_QUOTED = r"""(?:\\*"(?:[^"\\\n]|\\[^"])*\\*"|'[^'\n]*'|[^\s,;&"'}\]\\]+)"""

#: (pattern, what takes its place)
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    # the password of a URL ends at the last @ before the host
    (re.compile(r"(://[^:/@\s\"']*:)[^\s/\"']*(?=@)"), rf"\1{MASK}"),
    (re.compile(r"(\b(?:proxy-)?authorization" + _SIGN + r"(?:\w+\s+)?)[^\s,;\"'\\]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(\b(?:set-)?cookie" + _SIGN + r")[^\r\n\"]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"({_NAMES}{_SIGN}){_QUOTED}", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"(--?{_NAMES}\s+)[^\s-]\S*", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(\bpassword\s+)(?:E?'(?:[^']|'')*'|\"[^\"]*\")", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"\bSCRAM-SHA-256\$[^\s'\"]+"), MASK),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), MASK),
    (re.compile(r"\b(?:xox[abeprs]-|gh[opusr]_|github_pat_|glpat-)[\w-]{10,}"), MASK),
    (re.compile(r"(hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/)[^\s\"']+"), rf"\1{MASK}"),
)


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
