# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``converge`` and ``release`` have in common: arguments, one call per host, and how long all of it took."""

from __future__ import annotations

import time
from typing import Any

from ansible.utils.display import Display

from .._calls import packages
from .._calls.base import HostCall
from .._common.errors import SpecError
from .run import Run

display = Display()

PACKAGE = "_run"
# Ansible imports an action before it forks a worker per host: none of them reads and compresses the same sources again.
packages.shipped(packages.package(PACKAGE))


class ConvergeCall(HostCall):
    """``_converged`` says what the task returns, but for what is counted here."""

    PACKAGE = PACKAGE
    _supports_diff = True

    def _answer(self, args: dict[str, Any]) -> dict[str, Any]:
        began = time.monotonic()
        run = Run(self, self._vars, self._one_call, display.display)
        found = self._converged(args, run)
        return {**found, "remote_calls": run.calls, "seconds": round(time.monotonic() - began, 3)}

    def _converged(self, args: dict[str, Any], run: Run) -> dict[str, Any]:
        raise NotImplementedError

    def _one_call(self, manifest: dict[str, Any]) -> dict[str, Any]:
        answer = self._ask(manifest)
        if answer.get("failed"):
            raise SpecError(answer["msg"])
        return answer
