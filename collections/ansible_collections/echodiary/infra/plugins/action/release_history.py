# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``release_history``: completes an entry, sends it, or reads the history and draws its table."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity, timestamps
from ..plugin_utils._history import options, table

if TYPE_CHECKING:
    from ..module_utils._history.shapes import Appended, Failed, History


class ActionModule(HostCall[options.Options]):
    """``echodiary.infra.release_history: {state: appended, entry: {…}}``"""

    ARGUMENTS, RULES = options.SPEC, {"required_if": options.REQUIRED_IF}
    PACKAGE = "_history"
    BEARABLE = True

    def _answer(self, args: options.Options) -> Mapping[str, Any]:
        given = args["entry"] if args["state"] == "appended" else None
        entry = None if given is None else options.complete(given, _now())
        answer: Appended | History | Failed = self._ask(options.manifest(args, entry, self._check))
        if "failed" in answer:
            return answer
        if "entries" in answer:
            return {**answer, **table.summary(answer)}
        if entry is None:
            return answer
        return {**answer, "entry": entry, "msg": options.said(entry, changed=answer["changed"], check=self._check)}


def _now() -> dict[str, str]:
    """Of an entry what nobody said."""
    caller = {"who": identity.owner(os.environ), "run_url": identity.run_url(os.environ)}
    return {"id": uuid.uuid4().hex, "at": timestamps.now(), **caller}
