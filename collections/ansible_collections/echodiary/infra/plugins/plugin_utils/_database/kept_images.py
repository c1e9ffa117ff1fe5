# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that a host needs again although no container has them now: what is pinned of its components, and what saves their databases."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ansible.errors import AnsibleError

from .._common.errors import SpecError
from .._component import names, released
from . import component as components

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from .._calls.variables import TaskVars


def of_host(action: ActionBase, task_vars: TaskVars) -> list[str]:
    """What cannot be told is left out: such an image can be had again, and a disk that is full cannot wait."""
    return [image for component in _components(action, task_vars) for image in _of(action, task_vars, component) if image]


def _components(action: ActionBase, task_vars: TaskVars) -> list[str]:
    with contextlib.suppress(SpecError, AnsibleError):
        listed = released.names(action._templar.template(task_vars.get("components")))
        return released.among(listed, task_vars.get("playbook_dir", "."))
    return []


def _of(action: ActionBase, task_vars: TaskVars, component: str) -> Iterator[str]:
    with contextlib.suppress(AnsibleError):
        yield str(action._templar.template(task_vars.get(f"{names.short(component)}_image") or ""))
    with contextlib.suppress(SpecError, AnsibleError):
        found = components.of(action, task_vars, component, "backups")
        yield found.backup.image if found and found.backup else ""
