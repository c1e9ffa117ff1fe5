# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs squawk on one revision's SQL. What it finds is refused unless it is listed here as taste or as advice: new rules fail closed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any, NamedTuple

from .._common.errors import SpecError

TIMEOUT = 60.0

#: taste, or something that the run itself sees to
IGNORED = frozenset(
    (
        "require-lock-timeout",  # every run has one
        "require-statement-timeout",
        "transaction-nesting",  # Alembic writes BEGIN and COMMIT
        "prefer-robust-stmts",  # recommends IF NOT EXISTS for concurrent indexes, which accepts an invalid one
        "prefer-text-field",
        "prefer-identity",
        "prefer-bigint-over-int",
        "prefer-bigint-over-smallint",
        "prefer-big-int",
        "prefer-timestamptz",
        "prefer-timestamp-tz",
        "prefer-repack",
        "ban-char-field",
        "require-enum-value-ordering",
        "require-table-schema",
        "identifier-too-long",
    )
)
#: worth a look, not worth an entry in a list
ADVICE = frozenset(("ban-drop-default", "ban-drop-not-null", "ban-drop-constraint", "ban-create-domain-with-constraint"))


class Complaint(NamedTuple):
    rule: str
    line: int
    message: str


def find_program() -> str:
    """Installed with the other tools of the controller, so beside its Python, or on PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "squawk")
    found = beside if os.access(beside, os.X_OK) else shutil.which("squawk")
    if not found:
        raise SpecError("squawk is not installed on the controller, and no revision runs that nobody looked at: pip install squawk-cli")
    return found


def complaints(sql: str, server_version: int) -> list[Complaint]:
    """``server_version`` as PostgreSQL counts (170004), or 0 when it is not known."""
    command = [find_program(), "--reporter", "json", "--stdin-filepath", "revision.sql"]
    command += ["--pg-version", str(server_version // 10000)] if server_version else []
    try:
        done = subprocess.run(command, input=sql, capture_output=True, text=True, timeout=TIMEOUT, check=False, cwd="/")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpecError(f"squawk does not run on the controller: {error}; try: {command[0]} --version") from error
    try:
        return parse(json.loads(done.stdout or "[]") if done.returncode in (0, 1) else None)
    except (ValueError, KeyError, TypeError):
        said = (done.stderr or done.stdout).strip()[-300:]
        raise SpecError(f"squawk ended with {done.returncode} and no findings: {said}; try: {command[0]} --version") from None


def parse(found: Any) -> list[Complaint]:
    """Its lines count from 0."""
    return [Complaint(one["rule_name"], one["line"] + 1, one["message"]) for one in found if one["rule_name"] not in IGNORED]
