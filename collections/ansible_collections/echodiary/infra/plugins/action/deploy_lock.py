# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``deploy_lock``: says who asks, asks once or until the time to wait is over, and tells people who is in the way."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible.utils.display import Display

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity
from ..plugin_utils._lease import options, result, words

display = Display()

#: seconds between two looks while waiting, and between two lines that say so
POLL = 3.0
TELL = 30.0


class ActionModule(HostCall):
    """``echodiary.infra.deploy_lock: {state: acquired, reason: …}``"""

    ARGUMENTS, RULES = options.SPEC, {"required_if": options.REQUIRED_IF}
    PACKAGE = "_lease"
    BEARABLE = True  # by a task that gives a lease back

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        asked = options.asked(args, identity.owner(os.environ), identity.run_url(os.environ))
        manifest = {"check": self._check, "name": args["name"], "asked": asked, "directory": args["directory"]}
        answer, waited = self._wait(args, manifest)
        return result.of(args, answer, waited, check=self._check)

    def _wait(self, args: dict[str, Any], manifest: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """Each look is a call of its own, so that nothing is left waiting on the host when this process dies."""
        began, told = time.monotonic(), float("-inf")
        while True:
            answer = self._ask(manifest)
            waited = time.monotonic() - began
            refused = not answer.get("failed") and answer["outcome"] == "held"
            if not refused or self._check or waited >= args["wait"]:
                return answer, waited
            if time.monotonic() - told >= TELL:
                told = time.monotonic()
                display.display(f"{self._vars['inventory_hostname']}  waiting for lock {args['name']}: {words.holder(answer)}")
            time.sleep(min(POLL, max(0.0, args["wait"] - waited)))
