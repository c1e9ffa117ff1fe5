# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error type of a throw-away server."""

from __future__ import annotations


class ThrowawayError(Exception):
    """One line for people: what, where, why, what to do next."""
