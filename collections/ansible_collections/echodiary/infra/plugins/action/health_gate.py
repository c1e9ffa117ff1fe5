# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``health_gate``: asks from the host or from here, judges here, and stops as soon as it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from ..module_utils._host import masking
from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._calls.host import NoAnswerError
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._gate import options, outcome
from ..plugin_utils._gate.model import GateError
from ..plugin_utils._gate.timeline import PASSED
from ..plugin_utils._gate.waiting import Waiting

if TYPE_CHECKING:
    from ..module_utils._gate.shapes import Logs
    from ..plugin_utils._gate.shapes import Options, Outcome

display = Display()


class ActionModule(HostCall["Options"]):
    """``echodiary.infra.health_gate: {http: [{url: …}]}``"""

    ARGUMENTS, RULES = options.SPEC, {"required_one_of": options.REQUIRED_ONE_OF}
    PACKAGE = "_gate"
    _calls = 0

    def _answer(self, args: Options) -> Outcome:
        try:
            found = self._found(args)
        except NoAnswerError as error:
            found = outcome.unheard(str(error), lenient=args["on_inconclusive"] == "pass")
        except GateError as error:
            raise SpecError(masking.mask(str(error), args["secrets"])) from None
        if "warnings" in found:
            found["warnings"] = [f"{self._vars['inventory_hostname']}: {warning}" for warning in found["warnings"]]
        found["remote_calls"] = self._calls
        return masking.mask(found, args["secrets"])

    def _found(self, args: Options) -> Outcome:
        settings, conditions = options.settings(args), options.conditions(args)
        gate = Waiting(settings, conditions, self._ask, self._say)
        decision = gate.once() if self._check else gate.until_decided()
        lenient = args["on_inconclusive"] == "pass"
        found = outcome.of(decision, gate.line, conditions, gate.elapsed, check=self._check, lenient=lenient)
        return found if self._check or decision.verdict == PASSED else outcome.with_logs(found, self._logs(args))

    def _ask(self, manifest: Mapping[str, Any]) -> Any:
        self._calls += 1
        return super()._ask(manifest)

    def _logs(self, args: Options) -> dict[str, str]:
        """What failed is known; a log that cannot be had must not hide it."""
        if not args["logs"]:
            return {}
        try:
            said: Logs = self._ask({"logs": args["logs"], "lines": args["log_lines"]})
        except NoAnswerError as error:
            return dict.fromkeys(args["logs"], str(error))
        return said["logs"]

    def _say(self, text: str) -> None:
        display.display(f"{self._vars['inventory_hostname']}  {text}")
