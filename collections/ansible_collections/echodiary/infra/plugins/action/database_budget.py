# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_budget``: the release reads its database's numbers, the arithmetic is done here."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _alembic_remote as remote
from ..plugin_utils import _budget_options as options
from ..plugin_utils._converge_errors import SpecError


class ActionModule(ActionBase):
    """``echodiary.infra.database_budget: {image: …, hosts: 2, workers: 2, pool_size: 5, pool_overflow: 5}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, arguments = self.validate_argument_spec(argument_spec=options.ARGUMENTS, **options.RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            asked = options.demand(arguments)
            answer = remote.call(self, [options.reading(arguments)], task_vars)
        except SpecError as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(options.result(arguments, asked, answer))
        return result
