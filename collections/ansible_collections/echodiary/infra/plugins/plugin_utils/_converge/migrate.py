# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that brings its own image is migrated for: with ``alembic``, linted and locked as in any deploy, or by a command of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ...module_utils._converge import exchange
    from ...module_utils._kinds import documents, model

ALEMBIC = "echodiary.infra.alembic"
ROLES = "echodiary.infra.database_roles"
#: who brings the schema along; nobody where there is none
BY_ALEMBIC, BY_COMMAND = "alembic", "command"


def tool(policy: documents.MigrateSpec | None) -> str:
    if not policy:
        return ""
    return BY_COMMAND if policy["command"] else BY_ALEMBIC


def arguments(policy: documents.MigrateSpec, prepared: exchange.Migration, component: str) -> dict[str, Any]:
    """``component``: as the inventory lists it. Pure."""
    found = {
        "state": "head",
        "as_owner_of": component,
        "image": prepared["image"],
        "allow": policy["allow"],
        **_access(policy, prepared["directory"])._asdict(),
    }
    return {**found, "compat_image": prepared["running"]} if prepared["running"] else found


class Access(NamedTuple):
    env_file: str
    volumes: list[str]


def access(policy: documents.MigrateSpec | None, directory: str) -> Access | None:
    """How a staged release reaches its database: its environment file, and what it mounts; None for one that Alembic is not asked in."""
    return _access(policy, directory) if policy and tool(policy) == BY_ALEMBIC else None


def _access(policy: documents.MigrateSpec, directory: str) -> Access:
    volumes = [volume.replace("{directory}", directory) for volume in policy["volumes"]]
    return Access(f"{directory}/{policy['env_file']}", volumes)


def why_failed(done: Mapping[str, model.Json]) -> str:
    return f"migration: {done.get('msg', 'no message')}" if done.get("failed") else ""
