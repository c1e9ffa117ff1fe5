# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: the boundary of a role whose tasks are not ours to render. Without callback ``arguments`` text is still text there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from ansible import context

from ..plugin_utils._arguments import declared, given
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


class Options(TypedDict):
    role: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.check_arguments: {role: "{{ role_path }}"}``"""

    ARGUMENTS = {"role": {"type": "path", "required": True}}

    def _answer(self, args: Options) -> dict[str, Any]:
        options = declared.options_of(Path(args["role"]) / "meta" / "argument_specs.yml")
        known = {name: self._templar.template(self._vars.get(name)) for name in options.keys() & self._vars.keys()}
        done = given.conversions(known, options)
        problems = [*given.left_over(map(str, context.CLIARGS.get("extra_vars") or ())), *done.problems]
        problems += [_still_text(name, value, options[name].get("no_log", False)) for name, value in sorted(done.values.items())]
        if problems:
            raise SpecError("; ".join(problems))
        return {"changed": False}


def _still_text(name: str, value: Json, secret: bool) -> str:
    form = "<value>" if secret else json.dumps(value)
    typed = shlex.quote(f'{{"{name}": {form}}}')
    return f"{name} is text where {form} is meant: write -e {typed}, or enable callback echodiary.infra.arguments, which converts it"
