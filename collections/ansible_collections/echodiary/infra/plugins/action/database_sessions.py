# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_sessions``: the release reads who is connected, the choice is made here, the release ends those."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _alembic_remote as remote
from ..plugin_utils import _sessions_options as options
from ..plugin_utils import _sessions_plan as plan
from ..plugin_utils._converge_errors import SpecError


class ActionModule(ActionBase):
    """``echodiary.infra.database_sessions: {image: …, end: idle, older_than: 600}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, arguments = self.validate_argument_spec(argument_spec=options.ARGUMENTS, **options.RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            rule = options.rule(arguments)
            found = self._ask(arguments, [], task_vars)
            choice = plan.choose(found["sessions"], rule)
            end = bool(choice.victims) and not self._task.check_mode
            done = self._ask(arguments, plan.orders(choice.victims), task_vars) if end else None
        except SpecError as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(options.result(found, choice, done))
        return result

    def _ask(self, arguments: dict[str, Any], orders: list[dict[str, Any]], task_vars: dict[str, Any]) -> dict[str, Any]:
        return options.facts(arguments, remote.call(self, [options.request(arguments, orders)], task_vars))
