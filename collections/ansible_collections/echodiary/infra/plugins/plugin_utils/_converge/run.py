# SPDX-License-Identifier: GPL-3.0-or-later
"""One task on one host, as far as it reaches out: the host itself, other actions, modules, people. Every call is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...module_utils._kinds.protocol import Call
from .._calls import action as actions
from .._component.delivery import Delivery
from .specs import Specs

#: one call to the host: manifest -> answer; SpecError for an answer that failed
Ask = Callable[[dict[str, Any]], dict[str, Any]]


class Run:
    """``action`` is the action plugin; ``say`` shows people a line."""

    def __init__(self, action: Any, task_vars: dict[str, Any], ask: Ask, say: Callable[[str], None]) -> None:
        self._action, self._ask, self._say, self._vars = action, ask, say, task_vars
        self.calls = 0
        self.host: str = task_vars["inventory_hostname"]
        self.check = bool(action._task.check_mode)
        self.specs = Specs(action, task_vars)

    def ask(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        return self._ask(manifest)

    def act(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What another action returns here."""
        self.calls += 1
        return actions.run(self._action, name, arguments, self._vars)

    def act_on(self, host: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        return actions.run_on(self._action, host, name, arguments, self._vars)

    def module(self, call: Call) -> dict[str, Any]:
        self.calls += 1
        done: dict[str, Any] = self._action._execute_module(module_name=call.module, module_args=dict(call.args), task_vars=self._vars)
        return done

    def delivery(self) -> Delivery:
        """Of what the components rendered so far have that is too long to be sent with every call."""
        return Delivery(self._action, self.specs.long)

    def bring(self, delivery: Delivery, name: str, needs: dict[str, Any]) -> str:
        """Why the host could not be given what component ``name`` lacks; empty when it was."""
        return delivery.bring(needs.get("contents") or [], lambda said: self.say(name, f"{said} ..."))

    def say(self, component: str, text: str) -> None:
        self._say(f"{self.host}  {component}  {text}")

    def variable(self, name: str) -> Any:
        """Of the task, rendered; empty where there is none."""
        given = self._vars.get(name)
        return self._action._templar.template(given) if given else ""

    def hosted(self, prune: bool) -> dict[str, Any]:
        """A task may have a part of what the host is to have. Where the inventory does not say what that is, nothing is missed."""
        listed = self.variable("components")
        if not isinstance(listed, list):
            return {"prune": prune}
        return {"prune": prune, "hosted": [str(name).rpartition(".")[2] for name in listed]}

    def variables(self, **more: Any) -> dict[str, Any]:
        return {**self._vars, **more}
