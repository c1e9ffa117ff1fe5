# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``alembic``: reads through the release, lints, decides; the host half does what was decided."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _alembic_flow as flow
from ..plugin_utils import _alembic_options as options_of
from ..plugin_utils import _alembic_remote as remote
from ..plugin_utils._converge_errors import SpecError


class ActionModule(ActionBase):
    """``echodiary.infra.alembic: {state: head, image: …}``"""

    _supports_check_mode = True
    _supports_diff = True
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, arguments = self.validate_argument_spec(argument_spec=options_of.ARGUMENTS, **options_of.RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            options = options_of.parse(arguments)
        except SpecError as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(flow.run(options, lambda runs: remote.call(self, runs, task_vars), self._task.check_mode))
        if not self._task.diff:
            result.pop("diff", None)
        return result
