# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule raises when AWS would say no."""

from __future__ import annotations


class RefusedError(Exception):
    """An error of AWS: its code, its message, the HTTP status (None: what the service's model says, else 400)."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class DroppedError(Exception):
    """The connection ends without an answer."""
