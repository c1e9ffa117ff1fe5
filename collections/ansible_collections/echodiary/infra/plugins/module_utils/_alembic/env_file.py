# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an env file as Compose does for what serves: quotes around a whole value are not part of it. Nothing is expanded."""

from __future__ import annotations

import re

from .errors import AlembicError


def read(path: str) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8") as handle:
            return parse(handle.read())
    except (OSError, UnicodeDecodeError) as error:
        raise AlembicError(
            f"env file {path}: {getattr(error, 'strerror', None) or error}; render it first, and read it with 'become: true'"
        ) from error


def parse(text: str) -> dict[str, str]:
    """A name without ``=`` would be taken from the caller's environment; there is none worth taking."""
    lines = (line.lstrip() for line in text.split("\n"))
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): _unquoted(value) for name, separator, value in pairs if separator}


def _unquoted(value: str) -> str:
    """Within single quotes only they are escaped, within double quotes they and the backslash."""
    stripped = value.strip()
    quote = stripped[:1]
    if len(stripped) < 2 or quote not in ("'", '"') or stripped[-1] != quote:
        return value
    inside = stripped[1:-1]
    return inside.replace("\\'", "'") if quote == "'" else re.sub(r'\\(["\\$])', r"\1", inside)
