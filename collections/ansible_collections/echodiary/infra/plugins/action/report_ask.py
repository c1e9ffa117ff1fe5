# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``report_ask``: all questions of a report in one call of the host that has Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._report import asking, compose
from ..plugin_utils._report.sections import logs

if TYPE_CHECKING:
    from ..module_utils._gate.shapes import Heard
    from ..plugin_utils._report.shapes import Plan


class Options(TypedDict):
    plan: Plan
    url: str
    log_errors: str
    log_user: str
    log_password: str


class ActionModule(HostCall[Options]):
    """``echodiary.infra.report_ask: {plan: "{{ planned.plan }}"}``"""

    ARGUMENTS = {
        "plan": {"type": "dict", "required": True},
        "url": {"type": "str", "default": "http://127.0.0.1:9090"},
        "log_errors": {"type": "str", "default": logs.ERRORS},
        "log_user": {"type": "str", "default": "logs"},
        "log_password": {"type": "str", "default": "", "no_log": True},
    }
    PACKAGE = "_gate"
    BEARABLE = True

    def _answer(self, args: Options) -> dict[str, Any]:
        """Reading changes nothing: it is asked in check mode, too."""
        store = logs.Store(args["log_errors"], args["log_user"], args["log_password"])
        wanted = compose.probes(args["plan"], args["url"], store)
        heard: Heard = self._ask(asking.manifest(list(wanted.values())))
        answers = dict(zip(wanted, heard["ticks"][0]["answers"], strict=True))
        return {"changed": False, "asked": {"answers": answers}, "seconds": heard["seconds"]}
