# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``deploy_lock``: says who asks, asks once or until the time to wait is over, and tells people who is in the way."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ansible.utils.display import Display

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity
from ..plugin_utils._lease import options, result, words

if TYPE_CHECKING:
    from ..module_utils._lease.shapes import Decided, Failed, Manifest
    from ..plugin_utils._lease.shapes import Result

display = Display()

#: seconds between two looks while waiting, and between two lines that say so
POLL = 3.0
TELL = 30.0


class ActionModule(HostCall[options.Options]):
    """``echodiary.infra.deploy_lock: {state: acquired, reason: …}``"""

    ARGUMENTS, RULES = options.SPEC, {"required_if": options.REQUIRED_IF}
    PACKAGE = "_lease"
    BEARABLE = True  # by a task that gives a lease back

    def _answer(self, args: options.Options) -> Result:
        asked = options.asked(args, identity.owner(os.environ), identity.run_url(os.environ))
        manifest: Manifest = {"check": self._check, "name": args["name"], "asked": asked, "directory": args["directory"]}
        answer, waited = self._wait(args, manifest)
        return result.of(args, answer, waited, check=self._check)

    def _wait(self, args: options.Options, manifest: Manifest) -> tuple[Decided | Failed, float]:
        """Each look is a call of its own, so that nothing is left waiting on the host when this process dies."""
        began, told = time.monotonic(), float("-inf")
        while True:
            answer: Decided | Failed = self._ask(manifest)
            waited = time.monotonic() - began
            if "failed" in answer or answer["outcome"] != "held" or self._check or waited >= args["wait"]:
                return answer, waited
            if answer["lease"] and time.monotonic() - told >= TELL:
                told, holder = time.monotonic(), words.holder(answer["lease"], answer["now"])
                display.display(f"{self._vars['inventory_hostname']}  waiting for lock {args['name']}: {holder}")
            time.sleep(min(POLL, max(0.0, args["wait"] - waited)))
