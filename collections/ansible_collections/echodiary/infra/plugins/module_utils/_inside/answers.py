# SPDX-License-Identifier: GPL-3.0-or-later
"""How an answer gets out of the release's Python, among whatever the release's own code prints there."""

from __future__ import annotations

import json
from typing import Any

MARKER = "\x02echodiary-alembic\x02"


def framed(answer: Any) -> str:
    return MARKER + json.dumps(answer, default=str) + MARKER


def found(output: str) -> dict[str, Any] | None:
    """None when there was none."""
    parts = output.split(MARKER)
    if len(parts) != 3:
        return None
    answer: dict[str, Any] = json.loads(parts[1])
    return answer
