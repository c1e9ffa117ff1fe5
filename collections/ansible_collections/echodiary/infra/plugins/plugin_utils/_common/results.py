# SPDX-License-Identifier: GPL-3.0-or-later
"""What callbacks are shown of tasks. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from ...module_utils._converge.exchange import Outcome
from ...module_utils._inside.shapes import Difference
from ...module_utils._ledger.values import Json


class Diff(TypedDict, total=False):
    prepared: str


class Result(TypedDict, total=False):
    """Of whichever module: a module may answer with anything, and a task that was skipped or lost says why in words of its own."""

    changed: bool
    msg: Json
    reason: str
    censored: str
    rc: int | None
    stdout: str
    stderr: str
    module_stdout: str
    module_stderr: str
    false_condition: str
    skip_reason: str
    failed_when_result: bool
    diff: Diff | list[Diff]
    _ansible_no_log: bool
    seconds: float
    remote_calls: int
    # of converge
    components: list[Outcome]
    undeclared: list[str]
    # of alembic, asked to compare
    sync: str
    component: str
    database: str
    current: list[str] | None
    heads: list[str]
    unknown: list[str]
    differences: list[Difference]
    # of evidence: resource -> what is known of it
    evidence: dict[str, dict[str, str]]
