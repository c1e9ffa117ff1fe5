# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps secrets out of everything that leaves a host or a release: which values are secrets, and the same data without them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

T = TypeVar("T")

MASK = "«secret»"
#: shorter values would mask ordinary words all over a log
SHORTEST = 4

_NAMED = r"(?i)PASS|SECRET|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY"
#: a password may hold an @ that nobody encoded, so it ends at the last one before the host
_IN_URL = r"://[^:/@\s]*:([^\s/?#]*)@"
_IN_DSN = r"(?i)\bpassword\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)"


def mask(value: T, secrets: Iterable[str], keys: bool = True) -> T:
    """The same structure with every secret value replaced, also in the keys of mappings where those are not a protocol's own words."""
    ordered = longest_first(secrets)
    masked: T = _mask(value, ordered, keys) if ordered else value
    return masked


def _mask(value: Any, secrets: list[str], keys: bool) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {_mask(key, secrets, keys) if keys else key: _mask(item, secrets, keys) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mask(item, secrets, keys) for item in value]
    return value


def longest_first(secrets: Iterable[str]) -> list[str]:
    """Those that are long enough, so that no tail of one survives the masking of another."""
    return sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=lambda secret: (-len(secret), secret))


def is_named(name: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return bool(re.search(_NAMED, name))


def find(environment: dict[str, str]) -> list[str]:
    """Values of an environment that must not be seen: passwords inside URLs, and whatever is named like a secret."""
    found = set()
    for name, value in environment.items():
        if is_named(name):
            found.add(value)
        for secret in [*re.findall(_IN_URL, value), *re.findall(_IN_DSN, value)]:
            from urllib.parse import unquote  # a quiet call finds no secret in a URL

            found |= {secret, unquote(secret), secret.strip("'")}
    return longest_first(found)
