# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_roles``: what a component declares, and who may make it so; one call on a host that reaches the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ansible.errors import AnsibleError

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import inventories
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component.names import short
from ..plugin_utils._database import component, master, moving, roles, roles_words, store

if TYPE_CHECKING:
    from ..module_utils._database.shapes import Result
    from ..plugin_utils._database.declared import Declared


class Options(TypedDict):
    """``login``: as of ``echodiary_aws``."""

    component: str
    state: str
    move: bool
    at: str
    login: dict[str, str]


class ActionModule(HostCall[Options]):
    """``echodiary.infra.database_roles: {component: shop, login: {region: ap-northeast-2}}``"""

    PACKAGE = "_database"
    _supports_diff = True
    ARGUMENTS = {
        "component": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "read"], "default": "present"},
        "move": {"type": "bool", "default": False},
        "at": {"type": "str", "choices": ["declared", "move"], "default": "declared"},
        "login": {"type": "dict", "default": {}, "no_log": True},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        if args["state"] == "read":
            return self._read(args)
        found = component.of(self, self._vars, args["component"], "roles")
        if found is None or found.roles is None:
            return self._skipped(args)
        if args["at"] == "move":
            return self._present({**args, "move": False}, moving.at_target(found))
        return self._present(args, found)

    def _skipped(self, args: Options) -> dict[str, Any]:
        return {"changed": False, "declared": False, "msg": f"{short(args['component'])} declares no roles (database: roles)"}

    def _present(self, args: Options, found: Declared) -> dict[str, Any]:
        move = roles.moved(found) if not found.migrate.password and args["move"] else None
        if not found.migrate.password and move is None:
            raise SpecError(f"{found.component}: its database has one role that owns and serves; {roles.PLAYBOOK}{self._also(args)}")
        if move and found.secret:
            # Before anything is changed: may it be read at all?
            store.put(found.secret.name, move.values, args["login"], check=True)
        after = move.found if move else found
        asked = roles.manifest(after, self._master(args, found), check=self._check)
        said: Result = self._ask(asked)
        if said["failed"]:
            raise SpecError(f"{found.component}: database {found.name}: {said['msg']}")
        if move and found.secret and not self._check:
            store.put(found.secret.name, move.values, args["login"])
        answer = roles_words.result(said, after, move)
        return {key: value for key, value in answer.items() if key != "diff" or self._task.diff}

    def _master(self, args: Options, found: Declared) -> Any:
        return master.login(roles.required(found, found.component).master, found.component, args["login"])

    def _read(self, args: Options) -> dict[str, Any]:
        """Who serves is asked about itself. Of one that nobody can ask, or that declares no roles, it is only told."""
        try:
            found = component.of(self, self._vars, args["component"], "serving")
        except SpecError as error:
            return {**roles_words.nothing(short(args["component"]), str(error))}
        if found is None or not (found.host and found.name and found.login.user and found.login.password):
            return {**roles_words.nothing(short(args["component"]))}

        said: Result = self._ask(roles.reading(found))
        answer = roles_words.judged(said, found, self._also(args))
        if answer["refused"] and found.roles:
            raise SpecError(answer["msg"])
        return {**answer}

    def _also(self, args: Options) -> str:
        """What the command needs beside it, for it to run as it is printed."""
        given = self._vars.get("ansible_inventory_sources") or []
        try:
            sources = self._templar.template(given)
        except AnsibleError:
            sources = []
        return " ".join(["", *inventories.words(sources), f"-e component={short(args['component'])}"])
