# SPDX-License-Identifier: GPL-3.0-or-later
"""What checks say, and what is kept of it. Only types, but for one."""

from __future__ import annotations

from typing import NamedTuple, TypedDict


class Finding(TypedDict):
    """``id``: the same in every run, ``check:what``; ``mend``: what to do."""

    id: str
    host: str
    severity: str
    text: str
    mend: str


class Outcome(TypedDict):
    """Of one check of one host. ``why``: what was not looked at, and what to do about that; empty where all was."""

    check: str
    host: str
    why: str
    findings: list[Finding]


class Allowed(TypedDict):
    """``finding`` and ``host``: patterns (``*``); ``until``: the last day."""

    finding: str
    host: str
    reason: str
    until: str


class Document(TypedDict):
    """What a run leaves for people, programs and the next run. ``findings``: those that count; ``carried``: of the last run, where this one
    did not look."""

    schema: int
    environment: str
    at: str
    findings: list[Finding]
    allowed: list[Finding]
    carried: list[Finding]
    new: list[str]
    gone: list[str]
    unchecked: list[Outcome]
    unmatched: list[Allowed]


class Found(NamedTuple):
    """By a check of a host: what it has to say, and what it could not look at."""

    findings: list[Finding]
    why: str = ""


class NotCheckedError(Exception):
    """One line: why, and what to do."""
