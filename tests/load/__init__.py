# SPDX-License-Identifier: GPL-3.0-or-later
"""A steady load on EchoDiary that counts what goes wrong. `README.md` says what it counts and why it is made this way."""

from __future__ import annotations

from tests.load.background import Load, running
from tests.load.ledger import Ledger, lab_psql, rows, settle
from tests.load.result import Result

__all__ = ["Ledger", "Load", "Result", "lab_psql", "rows", "running", "settle"]
