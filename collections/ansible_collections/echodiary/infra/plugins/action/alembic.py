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
        result.update(flow.run(options, lambda runs: self._call(runs, task_vars), self._task.check_mode))
        if not self._task.diff:
            result.pop("diff", None)
        return result

    def _call(self, runs: list[dict[str, Any]], task_vars: dict[str, Any]) -> dict[str, Any]:
        interpreter = str(self._templar.template(task_vars.get("ansible_python_interpreter") or "/usr/bin/python3"))
        if interpreter.startswith("auto"):
            interpreter = "/usr/bin/python3"
        ran = self._low_level_execute_command(remote.command(interpreter), in_data=remote.payload(runs))
        answer = remote.parse(ran["stdout"])
        if answer is None:
            said = (ran["stderr"] or ran["stdout"]).strip()[-1000:]
            raise SpecError(f"no answer from the host (exit {ran['rc']}): {said}; is {interpreter} there, and does become work?")
        return answer
