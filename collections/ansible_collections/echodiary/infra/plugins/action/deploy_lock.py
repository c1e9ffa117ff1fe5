# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``deploy_lock``: says who asks, asks once or until the time to wait is over, and tells people who is in the way."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..plugin_utils import _caller, _remote
from ..plugin_utils import _lease_options as options
from ..plugin_utils import _lease_words as words

display = Display()

PACKAGE = _remote.Package(
    "_lease",
    (
        "_ledger.files",
        "_ledger.journal",
        "_ledger.records",
        "_ledger.shapes",
        "_lease.clock",
        "_lease.metrics",
        "_lease.planning",
        "_lease.store",
        "_lease.main",
    ),
)
#: seconds between two looks while waiting, and between two lines that say so
POLL = 3.0
TELL = 30.0


class ActionModule(ActionBase):
    """``echodiary.infra.deploy_lock: {state: acquired, reason: …}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=options.SPEC, required_if=options.REQUIRED_IF)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            asked = options.asked(args, _caller.owner(os.environ), _caller.run_url(os.environ))
            answer, waited = self._ask(args, asked, task_vars)
        except options.OptionError as error:
            raise AnsibleActionFail(str(error)) from error
        except _remote.NoAnswerError as error:
            # not raised: a task that gives a lease back may have to bear it (failed_when)
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        result.update(self._result(args, answer, waited))
        return result

    def _ask(self, args: dict[str, Any], asked: dict[str, Any], task_vars: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """Each look is a call of its own, so that nothing is left waiting on the host when this process dies."""
        began, told = time.monotonic(), float("-inf")
        manifest = {"check": self._task.check_mode, "name": args["name"], "asked": asked, "directory": args["directory"]}
        while True:
            answer = _remote.call(self, PACKAGE, manifest, task_vars)
            waited = time.monotonic() - began
            refused = not answer.get("failed") and answer["outcome"] == "held"
            if not refused or self._task.check_mode or waited >= args["wait"]:
                return answer, waited
            if time.monotonic() - told >= TELL:
                told = time.monotonic()
                display.display(f"{task_vars['inventory_hostname']}  waiting for lock {args['name']}: {words.holder(answer)}")
            time.sleep(min(POLL, max(0.0, args["wait"] - waited)))

    def _result(self, args: dict[str, Any], answer: dict[str, Any], waited: float) -> dict[str, Any]:
        if answer.get("failed"):
            return {"failed": True, "changed": False, "msg": answer["msg"]}
        state, check = args["state"], self._task.check_mode
        if check:
            answer = options.predicted(answer, args)
        refused = answer["outcome"] in ("held", "frozen", "lost")
        shown = {key: answer[key] for key in ("lease", "freeze", "broken", "journal", "notes")}
        return {
            **shown,
            "changed": answer["changed"],
            "failed": refused,
            "msg": words.refusal(args["name"], answer, waited) if refused else words.summary(args["name"], answer, state, check=check),
            "token": answer["lease"]["token"] if answer["lease"] and state in ("acquired", "renewed") and not refused else None,
            "lost": answer["outcome"] == "lost",
            "held": bool(answer["lease"]) and not answer["lease"]["expired"],
            "waited": round(waited, 1),
        }
