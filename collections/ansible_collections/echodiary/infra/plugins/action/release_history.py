# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``release_history``: completes an entry, sends it, or reads the history and draws its table."""

from __future__ import annotations

import os
import uuid
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils import _caller, _history_table, _remote
from ..plugin_utils import _history_options as options
from ..plugin_utils import _moments as moments

PACKAGE = _remote.Package("_history", ("_ledger.files", "_ledger.journal", "_history.goodness", "_history.records", "_history.main"))


class ActionModule(ActionBase):
    """``echodiary.infra.release_history: {state: appended, entry: {…}}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=options.SPEC, required_if=options.REQUIRED_IF)
        result: dict[str, Any] = super().run(tmp, task_vars)
        entry = self._entry(args["entry"]) if args["state"] == "appended" else None
        manifest = {
            "check": self._task.check_mode,
            "state": args["state"],
            "path": args["path"],
            "entry": entry,
            "outcomes": args["outcomes"],
            "last": args["last"],
            "limit": args["max_bytes"],
        }
        answer = _remote.answer(self, PACKAGE, manifest, task_vars)
        result.update(answer)
        if args["state"] == "read" and not answer.get("failed"):
            result.update(_history_table.summary(answer))
        elif entry is not None and not answer.get("failed"):
            result.update(entry=entry, msg=options.said(entry, changed=answer["changed"], check=self._task.check_mode))
        return result

    def _entry(self, given: dict[str, Any]) -> dict[str, Any]:
        defaults = {
            "id": uuid.uuid4().hex,
            "at": moments.now(),
            "who": _caller.owner(os.environ),
            "run_url": _caller.run_url(os.environ),
        }
        return options.complete(given, defaults)
