# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken out of a line of log before it leaves its host: the shapes of ``_diagnose/redact.py``, as they stand in JSON. Pure.

In such a line a quote that nothing escapes ends a string: it belongs to the document, and what is masked never goes over it.
"""

from __future__ import annotations

import re

from .._diagnose import redact

_QUOTES = redact.Quotes(
    quote=r"\\+\"",
    # to the quote that is escaped as often, whatever is escaped between the two; or what is left of it in this string
    double=r"(?:(?P<q>\\+)\"(?:(?!(?<!\\)(?P=q)\")(?:[^\"\\]|\\.))*(?P=q)\"|\\+\"'?[^\s,;&\"'}\]\\]+)",
    single=r"'(?:[^'\"\\]|\\.)*'",
)
#: a field whose name says it
_FIELD = (re.compile(rf"(?i)(\"{redact.NAMES}\":)(?:\"(?:[^\"\\]|\\.)*\"|[^\",{{}}\[\]]+)"), rf'\1"{redact.MASK}"')

RULES = (_FIELD, *redact.rules(_QUOTES))


def masked(line: str) -> str:
    """As the shipper does it."""
    for pattern, instead in RULES:
        line = pattern.sub(instead, line)
    return line
