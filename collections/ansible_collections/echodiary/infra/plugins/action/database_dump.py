# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_dump``: checks the arguments and makes the one call; the host does the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._database import dump_options as options

if TYPE_CHECKING:
    from ..module_utils._dump.shapes import Result


class ActionModule(HostCall[options.Options]):
    """``echodiary.infra.database_dump: {state: created, id: …, image: …, host: …, database: …, user: …, password: …}``"""

    ARGUMENTS, RULES = options.ARGUMENTS, options.RULES
    PACKAGE = "_dump"
    _supports_diff = True

    def _answer(self, args: options.Options) -> Mapping[str, Any]:
        answer: Result = self._ask(options.manifest(args, self._check))
        backup = answer.get("backup")
        if self._task.diff and backup and "replaced" in answer:
            return {**answer, "diff": options.diff(answer["replaced"], backup)}
        return answer
