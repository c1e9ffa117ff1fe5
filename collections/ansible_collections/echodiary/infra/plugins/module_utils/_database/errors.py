# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error type of roles and grants."""

from __future__ import annotations


class DatabaseError(Exception):
    """One line for people. ``sqlstate``: PostgreSQL's five characters, where it was PostgreSQL that said so."""

    def __init__(self, text: str, sqlstate: str = "") -> None:
        super().__init__(text)
        self.sqlstate = sqlstate
