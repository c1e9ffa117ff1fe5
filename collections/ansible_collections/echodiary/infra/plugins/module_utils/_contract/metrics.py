# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a path answers is Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*\s*=\s*"(?:[^"\\\n]|\\.)*"'
_VALUE = r"(?:[-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|[iI]nf(?:inity)?)|[nN]a[nN])"
_SAMPLE = re.compile(rf"[a-zA-Z_:][a-zA-Z0-9_:]*\s*(?:\{{\s*(?:{_LABEL}\s*,?\s*)*\}})?\s+{_VALUE}(?:\s+-?[0-9.]+)?(?:\s+#.*)?")


class Read(NamedTuple):
    """``wrong``: the first line that is neither a sample nor a comment."""

    samples: int
    wrong: str


def read(text: str) -> Read:
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    wrong = next((line for line in told if not _SAMPLE.fullmatch(line)), "")
    return Read(0 if wrong else len(told), wrong[:120])
