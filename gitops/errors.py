# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for people: one line that says what, where, why, and what to do next. Each knows its exit code."""

from __future__ import annotations

from gitops import exits


class GitopsError(Exception):
    """The tool could not do what was asked."""

    code = exits.ERROR


class BlockedError(GitopsError):
    """Something that is meant to stop us did: a lease, a window, a pause, a plan that is no longer true."""

    code = exits.BLOCKED
