# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error type of the controller's half; the action turns it into a failed task."""

from __future__ import annotations


class SpecError(Exception):
    """One line: what is wrong, in which component and file, and what to do."""
