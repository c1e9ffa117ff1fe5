# SPDX-License-Identifier: GPL-3.0-or-later
"""Who migrates: the login that owns a component's database takes the place of the one that serves. Pure.

It travels with the call and is in no file of the host: what serves has it nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...module_utils._alembic.shapes import Run
    from ...module_utils._inside.shapes import Login
    from .declared import Declared


def login(found: Declared | None) -> Login | None:
    """None where one role owns and serves."""
    if found is None or not (found.migrate.user and found.migrate.password):
        return None
    return {"user": found.migrate.user, "password": found.migrate.password, "variable": found.migrate.variable}


def runs_as(given: Login | None, runs: Iterable[Run]) -> list[Run]:
    return [{**run, "login": given} if given else run for run in runs]
