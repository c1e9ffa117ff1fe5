# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error type of the host's half."""

from __future__ import annotations


class RehearsalError(Exception):
    """One line for people: what, where, why, what to do next."""
