# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the AWS account is compared with what is declared while the play goes on; the drift report hears the answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ansible import constants

from ..plugin_utils._account import beside, options
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import roster

if TYPE_CHECKING:
    from ..plugin_utils._account.declaration import Environment
    from ..plugin_utils._calls.variables import TaskVars


class Options(options.Which):
    admin_keys: list[str]


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.account_look: {declared: …, environment: production, account: "123456789012", login: {region: ap-northeast-2}}``"""

    ARGUMENTS = {**options.SPEC, "admin_keys": {"type": "list", "elements": "str", "default": [], "no_log": False}}

    def _answer(self, args: Options) -> dict[str, Any]:
        place = beside.begun(lambda: self._looked(args), constants.DEFAULT_LOCAL_TMP)
        return {"changed": False, "answer": place, "began": time.monotonic()}

    def _looked(self, args: Options) -> dict[str, Any]:
        """What cannot be judged has a reason, and nothing more."""
        from ..plugin_utils._account import drift
        from ..plugin_utils._cost import cost_line

        try:
            env = self._environment(args)
            return {"component": drift.judged(env, args["login"], lambda changes: cost_line.of_plan(env, changes, pruned=False))}
        except SpecError as error:
            return {"msg": str(error)}
        except Exception as error:  # nobody else would ever see it
            return {"msg": f"the account could not be judged: {type(error).__name__}: {' '.join(str(error).split())}"}

    def _environment(self, args: Options) -> Environment:
        from ..plugin_utils._account import asked, declaration

        env = declaration.read(args["declared"], args["environment"], args["account"], args["login"]["region"], {})
        known = roster.Roster(self._loader, self._templar, self._with_declared(env), [])
        env = env._replace(listens=asked.of_roles(known, env), admin_keys=tuple(args["admin_keys"]))
        asked.check_front(known, env)
        return env

    def _with_declared(self, env: Environment) -> TaskVars:
        """As the play sees it, and with hosts that are declared and not there: what their components listen on is let through to them.

        In this process alone: no template of a host sees them.
        """
        known: Any = self._vars["hostvars"]
        inventory = known._inventory
        for name, host in env.declared["hosts"].items():
            inventory.add_dynamic_host({"host_name": name, "groups": [host["role"]], "host_vars": {}}, {})
        seen: TaskVars = {**self._vars, "groups": inventory.get_groups_dict()}
        return seen
