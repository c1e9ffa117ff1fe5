# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error type."""

from __future__ import annotations


class TlsError(Exception):
    """One line for people: what, where, why, what to do next."""
