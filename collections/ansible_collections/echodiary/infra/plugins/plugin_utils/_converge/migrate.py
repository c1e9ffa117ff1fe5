# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that brings its own image is migrated for with ``alembic``, linted and locked as in any deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._kinds import documents, model

ALEMBIC = "echodiary.infra.alembic"


def arguments(policy: documents.MigrateSpec, prepared: documents.Migration) -> dict[str, Any]:
    """Pure."""
    found = {"state": "head", "image": prepared["image"], "allow": policy["allow"], **access(policy, prepared["directory"])}
    return {**found, "compat_image": prepared["running"]} if prepared["running"] else found


def access(policy: documents.MigrateSpec | None, directory: str) -> dict[str, Any]:
    """How a staged release reaches its database: its environment file, and what it mounts."""
    if not policy:
        return {}
    volumes = [volume.replace("{directory}", directory) for volume in policy["volumes"]]
    return {"env_file": f"{directory}/{policy['env_file']}", "volumes": volumes}


def why_failed(done: Mapping[str, model.Json]) -> str:
    return f"migration: {done.get('msg', 'no message')}" if done.get("failed") else ""
