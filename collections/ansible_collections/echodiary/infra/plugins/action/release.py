# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``release``: the same component, the same call as ``converge``, with a wish about its slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import released
from ..plugin_utils._converge import release, trial_options
from ..plugin_utils._converge.call import ConvergeCall
from ..plugin_utils._converge.run import Run

if TYPE_CHECKING:
    from ..plugin_utils._converge.shapes import ReleaseOptions


class ActionModule(ConvergeCall["ReleaseOptions"]):
    """``echodiary.infra.release: {component: shop, state: present}``"""

    ARGUMENTS = {
        "component": {"type": "str", "default": ""},
        "state": {"type": "str", "default": "present", "choices": ["present", "restarted", "previous", *release.LOOKING]},
        "image": {"type": "str"},
        "expect": {"type": "str", "default": ""},
        "migrate": {"type": "bool", "default": False},
        **trial_options.OPTIONS,
    }
    RULES = {"required_if": [("state", "resolved", ["image"])]}

    def _converged(self, args: ReleaseOptions, run: Run) -> Mapping[str, Any]:
        try:
            if not args["component"] and args["state"] != "resolved":
                args["component"] = released.typed_or_only(run.variable("components"), self._vars.get("playbook_dir", "."))
            return release.look(args, run) if args["state"] in release.LOOKING else release.roll(args, run, diff=bool(self._task.diff))
        except SpecError as error:
            # not raised: whoever only looks may have to bear it (failed_when)
            return {"failed": True, "changed": False, "msg": str(error)}
