# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_move``: which way it goes, by what is declared and what the secret says; one call on a host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._component.names import short
from ..plugin_utils._database import component, moving, store
from ..plugin_utils._database.declared import Place

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json
    from ..plugin_utils._database.declared import Declared

#: where playbooks/tasks/secrets.yml leaves the secret's content
SECRETS = "echodiary_secrets"
_PLACE = {"host": {"type": "str", "required": True}, "port": {"type": "int", "required": True}}


class Options(TypedDict):
    component: str
    state: str
    direction: str
    roles: bool
    login: dict[str, str] | None
    side: str
    source: dict[str, Any] | None
    target: dict[str, Any] | None


class ActionModule(HostCall[Options]):
    """``echodiary.infra.database_move: {component: shop, state: looked}``"""

    PACKAGE = "_move"
    ARGUMENTS = {
        "component": {"type": "str", "required": True},
        "state": {"type": "str", "required": True, "choices": ["looked", "frozen", "compared", "opened", "confirmed"]},
        "direction": {"type": "str", "choices": [moving.THERE, moving.BACK], "default": moving.THERE},
        "roles": {"type": "bool", "default": False},
        "login": {"type": "dict", "no_log": True},
        "side": {"type": "str", "choices": ["source", "target"], "default": "source"},
        "source": {"type": "dict", "options": _PLACE},
        "target": {"type": "dict", "options": _PLACE},
    }
    RULES = {"required_if": [["state", state, ["source", "target"]] for state in ("frozen", "compared", "opened")]}

    def _answer(self, args: Options) -> Mapping[str, Any]:
        if args["state"] == "looked":
            return self._looked(args)
        if args["state"] == "confirmed":
            return self._confirmed(args)
        found = self._found(args, {})
        source, target = (Place(**(args[side] or {})) for side in ("source", "target"))
        asked = moving.manifest(found, args["state"], source, target, args["side"], check=self._check)
        if self._check and args["state"] != "compared":
            return {"changed": True, "msg": f"would be {args['state']}"}
        answer: Mapping[str, Any] = self._ask(asked)
        return answer

    def _looked(self, args: Options) -> Mapping[str, Any]:
        found = self._found(args, {})
        move = moving.move(found, self._secrets(), args["direction"])
        moving.follows(self._found(args, move.values), move.target)
        if args["login"] is not None:
            # Before anything is touched: may it be changed at all?
            store.put(moving.secret(found).name, move.values, args["login"], check=True)
        asked = moving.manifest(found, "looked", move.source, move.target, move.here, check=self._check)
        answer = self._ask({**asked, "roles_come": args["roles"]})
        told = {"source": move.source._asdict(), "target": move.target._asdict(), "values": move.values, "undo": move.undo}
        return {**answer, **told, "secret": moving.secret(found).name}

    def _confirmed(self, args: Options) -> Mapping[str, Any]:
        found = self._found(args, {})
        before, values = moving.confirmed(found, self._secrets())
        msg = (
            f"{found.name} is at {found.host}:{found.port} for good; the one at {before.host}:{before.port} takes no writes: "
            f'drop it when nobody needs it (DROP DATABASE "{found.name}")'
        )
        return {"changed": True, "msg": msg, "values": values, "secret": moving.secret(found).name}

    def _found(self, args: Options, values: Mapping[str, Json]) -> Declared:
        """As it is declared with these values of the secret in place of what it has."""
        variables: Any = {**self._vars, SECRETS: {**self._secrets(), **values}} if values else self._vars
        found = component.of(self, variables, args["component"], "move")
        return moving.movable(found, short(args["component"]))

    def _secrets(self) -> Mapping[str, Json]:
        found = self._templar.template(self._vars.get(SECRETS) or {})
        return found if isinstance(found, dict) else {}
