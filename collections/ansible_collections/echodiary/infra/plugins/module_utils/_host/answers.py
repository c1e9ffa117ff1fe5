# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer gets out of a Python that was started, among whatever a login shell or a release's own code prints there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: the loader, which imports nothing of ours, writes the same; what is between two of them has none, since JSON escapes it
MARKER = "\x02echodiary\x02"


def framed(answer: Mapping[str, Any]) -> str:
    return MARKER + json.dumps(answer, default=str) + MARKER


def found(output: str) -> Any:
    """None when there was none, or it was cut off."""
    parts = output.split(MARKER)
    if len(parts) != 3:
        return None
    return json.loads(parts[1])


def after(output: str) -> str:
    """What follows the answer."""
    return output.rpartition(MARKER)[2]
