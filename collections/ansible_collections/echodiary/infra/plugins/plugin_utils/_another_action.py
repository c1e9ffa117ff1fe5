# SPDX-License-Identifier: GPL-3.0-or-later
"""One action plugin asks another, on the same host and connection (or another one), as if it stood in the play."""

from __future__ import annotations

from typing import Any


def run(action: Any, name: str, arguments: dict[str, Any], task_vars: dict[str, Any], connection: Any = None) -> dict[str, Any]:
    task = action._task.copy()
    task.args = arguments
    other = action._shared_loader_obj.action_loader.get(
        name,
        task=task,
        connection=connection or action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    done: dict[str, Any] = other.run(task_vars=task_vars)
    return done
