# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``release_history``: completes an entry, sends it, or reads the history and draws its table."""

from __future__ import annotations

import os
import uuid
from typing import Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity, timestamps
from ..plugin_utils._history import options, table


class ActionModule(HostCall):
    """``echodiary.infra.release_history: {state: appended, entry: {…}}``"""

    ARGUMENTS, RULES = options.SPEC, {"required_if": options.REQUIRED_IF}
    PACKAGE = "_history"
    BEARABLE = True

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        entry = options.complete(args["entry"], _now()) if args["state"] == "appended" else None
        answer = self._ask(options.manifest(args, entry, self._check))
        if answer.get("failed"):
            return answer
        if entry is None:
            return {**answer, **table.summary(answer)}
        return {**answer, "entry": entry, "msg": options.said(entry, changed=answer["changed"], check=self._check)}


def _now() -> dict[str, str]:
    """Of an entry what nobody said."""
    caller = {"who": identity.owner(os.environ), "run_url": identity.run_url(os.environ)}
    return {"id": uuid.uuid4().hex, "at": timestamps.now(), **caller}
