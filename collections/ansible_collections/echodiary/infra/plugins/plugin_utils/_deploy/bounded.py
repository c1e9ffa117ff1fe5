# SPDX-License-Identifier: GPL-3.0-or-later
"""What is good to have and nothing depends on: it gets so many seconds, and a reason in place of an exception."""

from __future__ import annotations

import threading
from collections.abc import Callable


def attempt(seconds: float, work: Callable[[], None]) -> str:
    """Why ``work`` could not be done, or nothing. What is still at it when the time is over is left behind with its thread."""
    said: list[str] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # nobody else would hear of it
            said.append(reason(error))
        else:
            said.append("")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return said[0] if said else f"no answer within {seconds:g} s"


def reason(error: BaseException) -> str:
    """One line of an exception; its kind where it has no words."""
    return " ".join(str(error).split()) or type(error).__name__
