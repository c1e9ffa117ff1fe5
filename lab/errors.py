# SPDX-License-Identifier: GPL-3.0-or-later
"""What people may do something about."""

from __future__ import annotations


class LabError(Exception):
    """One line: what, where, why, and what to do next. The command line prints it and ends with 1."""
