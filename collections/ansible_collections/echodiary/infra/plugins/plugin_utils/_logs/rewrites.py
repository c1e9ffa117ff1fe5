# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken out of a line of log before it leaves its host (``module_utils/_logs/masks.py``), in the words of syslog-ng. Pure."""

from __future__ import annotations

from ...module_utils._logs import masks


def rewrites(value: str) -> str:
    """The same in the words of syslog-ng, for the value of this name."""
    return "\n".join(_rewrite(pattern.pattern, instead, value) for pattern, instead in masks.RULES)


def _rewrite(pattern: str, instead: str, value: str) -> str:
    flags = "utf8 global" + (" store-matches" if r"\1" in instead else "")
    return f"subst({_text(pattern)}, {_text(instead.replace(chr(92) + '1', '$1'))} value({_text(value)}) type(pcre) flags({flags}));"


def _text(words: str) -> str:
    """A string of syslog-ng's configuration."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("`", "``")
    return f'"{escaped}"'
