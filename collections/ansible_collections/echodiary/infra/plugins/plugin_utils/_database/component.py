# SPDX-License-Identifier: GPL-3.0-or-later
"""The database of a component, as a task sees it: its declaration found, and rendered as far as the purpose needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._component import roster
from . import declared

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from .._calls.variables import TaskVars


def of(action: ActionBase, task_vars: TaskVars, component: str, purpose: str) -> declared.Declared | None:
    """``component`` as the inventory lists it. None where its component.yml has no ``database``. With the variables of the task's host."""
    known = roster.Roster(action._loader, action._templar, task_vars, [component])
    source = known.source(known.here, component)
    given = source.spec.get(declared.KEY)
    if given is None:
        return None
    asked = declared.wanted(source.name, given, purpose)
    return declared.read(source.name, known.rendered(known.here, source, asked, f"{source.name}/component.yml"))
