# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the boundary of a role whose tasks are not ours to render. Without callback ``arguments`` text is still text there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils._arguments import declared, given

ARGUMENTS: dict[str, Any] = {"role": {"type": "path", "required": True}}


class ActionModule(ActionBase):
    """``echodiary.infra.check_arguments: {role: "{{ role_path }}"}``"""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = declared.options_of(Path(args["role"]) / "meta" / "argument_specs.yml")
        known = {name: self._templar.template(task_vars[name]) for name in options.keys() & task_vars.keys()}
        done = given.conversions(known, options)
        problems = [*given.left_over(map(str, context.CLIARGS.get("extra_vars") or ())), *done.problems]
        problems += [_still_text(name, value, options[name].get("no_log", False)) for name, value in sorted(done.values.items())]
        if problems:
            raise AnsibleActionFail("; ".join(problems))
        result.update(changed=False)
        return result


def _still_text(name: str, value: Any, secret: bool) -> str:
    form = "<value>" if secret else json.dumps(value)
    typed = shlex.quote(f'{{"{name}": {form}}}')
    return f"{name} is text where {form} is meant: write -e {typed}, or enable callback echodiary.infra.arguments, which converts it"
