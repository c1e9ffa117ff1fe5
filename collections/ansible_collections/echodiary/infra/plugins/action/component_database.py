# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: how a component's database is saved, or its password changed, without any password. All judgement is in _database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._component.names import short
from ..plugin_utils._database import component, declared, rotation, snapshots


class Options(TypedDict):
    component: str
    purpose: str
    whose: str
    hosts: list[str]
    environment: str
    required: bool


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.component_database: {component: shop, hosts: [app1], environment: production}``"""

    ARGUMENTS = {
        "component": {"type": "str", "required": True},
        "purpose": {"type": "str", "choices": ["backups", "rotation"], "default": "backups"},
        "whose": {"type": "str", "choices": ["serve", "migrate"], "default": "serve"},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "environment": {"type": "str", "default": ""},
        "required": {"type": "bool", "default": True},
    }

    def _answer(self, args: Options) -> Mapping[str, Any]:
        found = component.of(self, self._vars, args["component"], args["purpose"])
        name = short(args["component"])
        if args["purpose"] == "rotation":
            return {**rotation.rotation(found, name, migrate=args["whose"] == "migrate"), "component": name, "changed": False}
        return {**self._saved(args, found, name), "component": name, "changed": False}

    def _saved(self, args: Options, found: declared.Declared | None, name: str) -> dict[str, Any]:
        first = min(args["hosts"] or [self._vars["inventory_hostname"]])
        if not args["required"] and (found is None or found.backup is None):
            # Ansible asks whom a task is delegated to before it asks whether it is skipped
            return {"declared": False, "method": "", "host": first, "msg": f"nothing to back up: {declared.undeclared(name)}"}
        backup = declared.required(found, name)
        return {
            "declared": True,
            "method": backup.method,
            "host": backup.host or first,
            "directory": backup.directory,
            "keep": backup.keep,
            "timeout": backup.timeout,
            "instance": backup.instance,
            "environment": args["environment"],
            "prefix": snapshots.prefix(name, args["environment"]),
            "unlabelled": backup.unlabelled,
            "msg": f"{name} is saved by {backup.method}",
        }
