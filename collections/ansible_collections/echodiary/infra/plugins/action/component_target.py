# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: which component a playbook is about, and who runs it. All judgement is in _deploy.target."""

from __future__ import annotations

from typing import Any, TypedDict

from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import names, released, roster
from ..plugin_utils._deploy import target


class Options(TypedDict):
    component: str
    command: str
    any: bool


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.component_target: {command: ansible-playbook echodiary.infra.deploy}``"""

    ARGUMENTS = {
        "component": {"type": "str", "default": ""},
        "command": {"type": "str", "required": True},
        "any": {"type": "bool", "default": False},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        wanted = args["component"] or str(self._templar.template(names.typed()))
        fleet, unknown = self._fleet()
        try:
            found = target.target(fleet, wanted, args["command"], any_component=args["any"])
        except SpecError as error:
            raise SpecError("; ".join([str(error), *unknown])) from error
        warnings = {"warnings": [f"{why}; it is left out" for why in unknown]} if unknown else {}
        return {
            **found._asdict(),
            "also": found.also,
            **warnings,
            "changed": False,
            "msg": f"{found.component} on {', '.join(found.hosts)}",
        }

    def _fleet(self) -> tuple[target.Fleet, list[str]]:
        """By what the inventory lists; nothing of the hosts is rendered but that. The second: why a host's list cannot be told, as where it
        depends on secrets that nobody has read for that host."""
        known, where = roster.Roster(self._loader, self._templar, self._vars, []), self._vars.get("playbook_dir", ".")
        components, unknown = {}, []
        for name in known.names():
            try:
                components[name] = known.host(name).components
            except SpecError as error:
                unknown.append(str(error))
        return target.Fleet(components, released.among(sorted({one for several in components.values() for one in several}), where)), unknown
