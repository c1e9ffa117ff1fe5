# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that brings its own image is migrated for with ``alembic``, linted and locked as in any deploy."""

from __future__ import annotations

from typing import Any

ALEMBIC = "echodiary.infra.alembic"


def run(action: Any, policy: dict[str, Any], prepared: dict[str, str], task_vars: dict[str, Any]) -> dict[str, Any]:
    """``policy``: the component's release.migrate; ``prepared``: where the host has staged the release's environment."""
    task = action._task.copy()
    task.args = arguments(policy, prepared)
    loader = action._shared_loader_obj.action_loader
    alembic = loader.get(
        ALEMBIC,
        task=task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    done: dict[str, Any] = alembic.run(task_vars=task_vars)
    return done


def arguments(policy: dict[str, Any], prepared: dict[str, str]) -> dict[str, Any]:
    """Pure."""
    found = {"state": "head", "image": prepared["image"], "allow": policy["allow"], **access(policy, prepared["directory"])}
    return {**found, "compat_image": prepared["running"]} if prepared["running"] else found


def access(policy: dict[str, Any], directory: str) -> dict[str, Any]:
    """How a staged release reaches its database: its environment file, and what it mounts."""
    if not policy:
        return {}
    volumes = [volume.replace("{directory}", directory) for volume in policy["volumes"]]
    return {"env_file": f"{directory}/{policy['env_file']}", "volumes": volumes}


def why_failed(done: dict[str, Any]) -> str:
    return f"migration: {done.get('msg', 'no message')}" if done.get("failed") else ""
