# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``silence``: asks Alertmanager on its host. Whatever comes of it the task is well, and says what will be heard."""

from __future__ import annotations

import os
from typing import Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._deploy import bounded
from ..plugin_utils._deploy import silence_options as options


class ActionModule(HostCall[options.Options]):
    """``echodiary.infra.silence: {state: start, alerts: TargetDown, minutes: 15}``"""

    ARGUMENTS = options.ARGUMENTS
    PACKAGE = "_silence"

    def _answer(self, args: options.Options) -> dict[str, Any]:
        result = {"changed": False, "id": args["id"]}
        if self._check or (args["state"] == "end" and not args["id"]):
            return result
        made: list[str] = []
        why = bounded.attempt(options.DEADLINE, lambda: made.append(self._alertmanager(args)))
        if why:
            where = self._task.delegate_to or self._vars["inventory_hostname"]
            return {**result, "warnings": [options.warning(args["state"], where, why)], "refused": why}
        return {**result, "changed": True, "id": made[0]}

    def _alertmanager(self, args: options.Options) -> str:
        answer = self._ask(options.manifest(args, identity.owner(os.environ)))
        if answer.get("failed"):
            raise SpecError(answer["msg"])
        return str(answer["id"])
