# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``release``: the same component, the same call as ``converge``, with a wish about its slots."""

from __future__ import annotations

import time
from typing import Any

from ..plugin_utils import _component_manifest as manifests
from ..plugin_utils import _converge_result as outcome
from ..plugin_utils import _migrate, _remote
from ..plugin_utils._component.delivery import Delivery
from ..plugin_utils._converge_errors import SpecError
from ..plugin_utils._deploy import trial_options
from .converge import ActionModule as Converge

ARGUMENTS: dict[str, Any] = {
    "component": {"type": "str", "default": "echodiary"},
    "state": {"type": "str", "default": "present", "choices": ["present", "restarted", "previous", "prepared", "resolved", "read"]},
    "image": {"type": "str"},
    "expect": {"type": "str", "default": ""},
    "migrate": {"type": "bool", "default": False},
    **trial_options.OPTIONS,
}
LOOKING = ("prepared", "resolved", "read")


class ActionModule(Converge):
    """``echodiary.infra.release: {component: echodiary, state: present}``"""

    _holds_lease = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        began = time.monotonic()
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS, required_if=[("state", "resolved", ["image"])])
        result: dict[str, Any] = super(Converge, self).run(tmp, task_vars)
        self._calls, self._host = 0, task_vars["inventory_hostname"]
        try:
            result.update(self._look(args, task_vars) if args["state"] in LOOKING else self._roll(args, task_vars))
        except (SpecError, _remote.NoAnswerError) as error:
            # not raised: whoever only looks may have to bear it (failed_when)
            result.update(failed=True, changed=False, msg=str(error))
        result.update(remote_calls=self._calls, seconds=round(time.monotonic() - began, 3))
        return result

    def _look(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        manifest: dict[str, Any] = {"check": self._task.check_mode, "prepare": args["state"], "image": args["image"], "claimed": []}
        if args["state"] == "resolved":
            return {"changed": False, **self._call(manifest, task_vars)}
        spec = self._release(args, task_vars)
        answer = self._with_contents({**manifest, "components": [spec]}, task_vars)
        for place in (answer["release"], answer.get("prepared") or {}):
            if place.get("directory"):
                place.update(_migrate.access(spec["release"]["migrate"] or {}, place["directory"]))
        service = spec["compose"]["services"][spec["release"]["service"]]
        return {"changed": False, **answer, "environment": service["environment"]}

    def _with_contents(self, manifest: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """One call, and another one when the host lacks contents that are too long to be sent with every call."""
        answer = self._call(manifest, task_vars)
        if not answer.get("needs"):
            return answer
        delivery = Delivery(self, self._long)
        try:
            why = self._bring(manifest["components"][0]["name"], answer["needs"], delivery)
            if why:
                raise SpecError(why)
            return self._call({**manifest, "delivered": delivery.taken()}, task_vars)
        finally:
            delivery.clean()

    def _roll(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        spec = self._restarting(args, task_vars) if args["state"] == "restarted" else self._release(args, task_vars)
        if spec["release"]:
            spec["release"].update(state=args["state"], expect=args["expect"], migrated=not args["migrate"], permitted=True)
            spec["release"].update(trial_options.read(args))
        answers = self._converge([spec], task_vars)
        found = outcome.summary(answers, [spec["name"]], self._task.check_mode)
        component = found["components"][0]
        # every other component of the host: this task was asked about one
        del found["undeclared"]
        if self._task.diff:
            found["diff"] = outcome.diffs(found["components"])
        return {**found, "release": component.get("release") or {}}

    def _restarting(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """A component with slots rolls; any other restarts in place, and has to be healthy afterwards."""
        spec = self._spec(args["component"], task_vars)
        manifests.check_claims([spec])
        return spec if spec["release"] else {**spec, "restart": True}

    def _release(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        spec = self._spec(args["component"], task_vars)
        manifests.check_claims([spec])
        if not spec["release"]:
            raise SpecError(f"component {spec['name']} has no slots (component.yml: release); converge restarts it in place")
        return spec
