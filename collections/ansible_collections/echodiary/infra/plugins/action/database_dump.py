# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_dump``: checks the arguments and makes the one call; the host does the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._component.names import short
from ..plugin_utils._database import component as components
from ..plugin_utils._database import declared
from ..plugin_utils._database import dump_options as options

if TYPE_CHECKING:
    from ..module_utils._dump.shapes import Result


class ActionModule(HostCall[options.Options]):
    """``echodiary.infra.database_dump: {state: created, id: …, image: …, host: …, database: …, user: …, password: …}``"""

    ARGUMENTS, RULES = options.ARGUMENTS, options.RULES
    PACKAGE = "_dump"
    _supports_diff = True

    def _answer(self, args: options.Options) -> Mapping[str, Any]:
        answer: Result = self._ask(options.manifest(self._completed(args), self._check))
        backup = answer.get("backup")
        if self._task.diff and backup and "replaced" in answer:
            return {**answer, "diff": options.diff(answer["replaced"], backup)}
        return answer

    def _completed(self, args: options.Options) -> options.Options:
        """By what the component declares."""
        if not (name := args["component"]):
            return args
        found = components.of(self, self._vars, name, options.purpose(args["state"]))
        declared.required(found, short(name))
        return options.completed(args, found, self._task.args) if found else args
