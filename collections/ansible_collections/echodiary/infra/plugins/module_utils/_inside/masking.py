# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of an environment must not be seen: passwords inside URLs, and whatever is named like a secret."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

MASK = "«secret»"
#: shorter values would mask ordinary words all over a message
SHORTEST = 4

_NAMED = re.compile(r"PASS|SECRET|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|ACCESS_?KEY", re.IGNORECASE)
#: a password may hold an @ that nobody encoded, so it ends at the last one before the host
_IN_URL = re.compile(r"://[^:/@\s]*:([^\s/?#]*)@")
_IN_DSN = re.compile(r"\bpassword\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE)


def is_named(name: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return bool(_NAMED.search(name))


def find(environment: dict[str, str]) -> list[str]:
    """Longest first, so that no tail of one survives the masking of another."""
    found = set()
    for name, value in environment.items():
        if is_named(name):
            found.add(value)
        for secret in [*_IN_URL.findall(value), *_IN_DSN.findall(value)]:
            found |= {secret, unquote(secret), secret.strip("'")}
    return sorted((secret for secret in found if len(secret) >= SHORTEST), key=len, reverse=True)


def mask(value: Any, secrets: list[str]) -> Any:
    """The same structure with every secret replaced, keys left alone."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {key: mask(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(item, secrets) for item in value]
    return value
