# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends a move, in one line."""

from __future__ import annotations


class MoveError(Exception):
    pass
