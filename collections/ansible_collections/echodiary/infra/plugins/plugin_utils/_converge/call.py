# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``converge`` and ``release`` have in common: arguments, one call per host, and how long all of it took."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from .._calls import kept, packages
from .._calls.base import Args, HostCall
from .._common.errors import SpecError
from .._component import distributions
from .run import Run

if TYPE_CHECKING:
    from ...module_utils._converge.exchange import Manifest

display = Display()

PACKAGE = "_run"
#: the same, for hosts that have releases of static files to look at besides
STATIC = "_run_static"
# Ansible imports an action before it forks a worker per host: none of them reads the same sources again, nor compresses them where no
# host is known to keep them.
packages.shipped(packages.package(PACKAGE))
if not kept.anywhere():
    packages.compressed(packages.package(PACKAGE))


class ConvergeCall(HostCall[Args]):
    """``_converged`` says what the task returns, but for what is counted here."""

    PACKAGE = PACKAGE
    _supports_diff = True

    def _answer(self, args: Args) -> dict[str, Any]:
        began = time.monotonic()
        run = Run(self, self._vars, self._one_call, display.display)
        found = self._converged(args, run)
        return {**found, "remote_calls": run.calls + self._repeated, "seconds": round(time.monotonic() - began, 3)}

    def _converged(self, args: Args, run: Run) -> Mapping[str, Any]:
        raise NotImplementedError

    def _one_call(self, manifest: Manifest) -> Any:
        answer = self._ask(manifest)
        if answer.get("failed"):
            raise SpecError(answer["msg"])
        if answer.get("unsupported"):
            raise SpecError(distributions.refusal(manifest["components"], answer["distribution"]))
        return answer

    def _runs(self, manifest: Mapping[str, Any]) -> str:
        hands_out = not manifest.get("prepare") and any(spec.get("static") for spec in manifest["components"])
        return STATIC if hands_out else PACKAGE
