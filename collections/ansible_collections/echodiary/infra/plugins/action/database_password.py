# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_password``: the release changes a role's password, with a login that may."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _alembic_remote as remote
from ..plugin_utils import _alembic_words as words
from ..plugin_utils import _release_place
from ..plugin_utils._converge_errors import SpecError

ARGUMENTS: dict[str, Any] = {
    "role": {"type": "str", "required": True},
    "password": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "timeout": {"type": "int", "default": 60},
    **_release_place.ARGUMENTS,
}
RULES: dict[str, Any] = {**_release_place.RULES, "required_if": [("state", "present", ["password"])]}
SHORTEST = 12


class ActionModule(ActionBase):
    """``echodiary.infra.database_password: {image: …, role: echodiary_clone, password: …}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS, **RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        password = args["password"] if args["state"] == "present" else ""
        if args["state"] == "present" and len(password) < SHORTEST:
            raise AnsibleActionFail(f"password: has fewer than {SHORTEST} characters")
        request = {"do": "password", "role": args["role"], "password": password, "look": self._task.check_mode}
        settings = {"lock_timeout": 3000, "statement_timeout": args["timeout"] * 1000}
        run = _release_place.run(args, args["image"], request, args["timeout"], settings)
        try:
            answer = remote.call(self, [run], task_vars)
        except SpecError as error:
            raise AnsibleActionFail(str(error)) from error
        if answer.get("failed"):
            raise AnsibleActionFail(answer["msg"])
        found = answer["answers"][0]
        if "error" in found:
            raise AnsibleActionFail(words.trouble(found["error"], args["image"] or args["virtualenv"]))
        result.update(changed=found["changed"], role=args["role"])
        return result
