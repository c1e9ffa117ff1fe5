# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on a host, in words."""

from __future__ import annotations


class ConvergeError(Exception):
    """One line for people: what, where, why, what to do next."""
