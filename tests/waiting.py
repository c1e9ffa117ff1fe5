# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for the thing itself instead of sleeping for as long as it may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def eventually(question: Callable[[], Any], seconds: float = 20, what: str = "", pause: float = 0.1) -> Any:
    """The first answer that is true; fails where there is none within ``seconds``. Asks every ``pause`` seconds."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(pause)
    return answer
