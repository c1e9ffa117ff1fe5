# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role's component listens on: declared, and told by its README in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._kinds import documents
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import listens
from jinja2.nativetypes import NativeEnvironment

from tests.lint.yaml_files import load

HEAD = "| listens at | by | from | for |\n|---|---|---|---|\n"
NOWHERE = "It listens on no port."


def problems(role: Path) -> list[str]:
    spec = load(role / "component.yml") or {}
    if "listens" not in spec:
        return [f"{role.name}: component.yml does not say what it listens on (listens: [] for nothing)"]
    text, table = (role / "README.md").read_text(encoding="utf-8"), as_table(with_defaults(role, spec))
    return [] if table in text and text.count(HEAD) == table.count(HEAD) else [f"{role.name}: README.md has to say:\n{table}"]


def with_defaults(role: Path, spec: dict[str, Any]) -> list[documents.ListenSpec]:
    """As on a host for which the inventory says nothing."""
    defaults = load(role / "defaults/main.yml") or {}
    slots = _rendered((spec.get("release") or {}).get("slots", {}), defaults)
    given = [{"protocol": "tcp", "address": "*", **entry} for entry in _rendered(spec["listens"], defaults)]
    return listens.read(role.name, given, {"slots": slots} if slots else None)


def _rendered(value: Any, defaults: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_rendered(item, defaults) for item in value]
    if isinstance(value, dict):
        return {key: _rendered(item, defaults) for key, item in value.items()}
    return NativeEnvironment().from_string(value).render(defaults) if isinstance(value, str) and "{{" in value else value


def as_table(entries: list[documents.ListenSpec]) -> str:
    return HEAD + "".join(map(_row, entries)) if entries else NOWHERE


def _row(one: documents.ListenSpec) -> str:
    address = f"[{one['address']}]" if ":" in one["address"] else one["address"]
    return f"| `{address}:{one['port']}` | {one['protocol']} | {', '.join(one['from'])} | {one['for']} |\n"
