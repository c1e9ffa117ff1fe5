# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_dump``: checks the arguments and makes the one call; the host does the work."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._database import dump_options as options


class ActionModule(HostCall):
    """``echodiary.infra.database_dump: {state: created, id: …, image: …, host: …, database: …, user: …, password: …}``"""

    ARGUMENTS, RULES = options.ARGUMENTS, options.RULES
    PACKAGE = "_dump"
    _supports_diff = True

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        answer = self._ask(options.manifest(args, self._check))
        if self._task.diff and "replaced" in answer:
            answer["diff"] = options.diff(answer)
        return answer
