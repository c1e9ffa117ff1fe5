# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an env file as ``docker run --env-file`` does: names and raw values, no quoting, no expansion."""

from __future__ import annotations

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
    lines = (line.lstrip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value for name, separator, value in pairs if separator}
