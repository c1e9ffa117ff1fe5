# SPDX-License-Identifier: GPL-3.0-or-later
"""One task on one host, as far as it reaches out: the host itself, other actions, modules, people. Every call is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._kinds.protocol import Call
from .._calls import action as actions
from .._component import inventory
from .._component.delivery import Delivery
from .specs import Specs

if TYPE_CHECKING:
    from ansible.plugins.action import ActionBase

    from ...module_utils._converge.exchange import Manifest, Needs
    from ...module_utils._run.shapes import Answer, Prepared
    from .._calls.variables import TaskVars
    from .shapes import Hosted


class Run:
    """``ask``: one call to the host, SpecError for an answer that failed; ``say`` shows people a line."""

    def __init__(self, action: ActionBase, task_vars: TaskVars, ask: Callable[[Manifest], Any], say: Callable[[str], None]) -> None:
        self._action, self._ask, self._say, self.vars = action, ask, say, task_vars
        self.calls = 0
        self.host: str = task_vars["inventory_hostname"]
        self.check = bool(action._task.check_mode)
        self.specs = Specs(action, task_vars)

    def ask(self, manifest: Manifest) -> Answer:
        self.calls += 1
        answer: Answer = self._ask(manifest)
        return answer

    def prepare(self, manifest: Manifest) -> Prepared:
        """What is asked with ``prepare``."""
        self.calls += 1
        prepared: Prepared = self._ask(manifest)
        return prepared

    def act(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What another action returns here."""
        self.calls += 1
        return actions.run(self._action, name, arguments, self.vars)

    def act_on(self, host: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.calls += 1
        return actions.run_on(self._action, host, name, arguments, self.vars)

    def connect_anew(self) -> str:
        """Why no new connection comes to the host; empty when one does."""
        self.calls += 1
        return actions.connect_anew(self._action, self.vars)

    def module(self, call: Call) -> dict[str, Any]:
        self.calls += 1
        done: dict[str, Any] = self._action._execute_module(module_name=call.module, module_args=dict(call.args), task_vars=self.vars)
        return done

    def delivery(self) -> Delivery:
        """Of what the components rendered so far have that is too long to be sent with every call."""
        return Delivery(self._action, self.specs.long)

    def bring(self, delivery: Delivery, name: str, needs: Needs) -> str:
        """Why the host could not be given what component ``name`` lacks; empty when it was."""
        return delivery.bring(needs.get("contents") or [], lambda said: self.say(name, f"{said} ..."))

    def say(self, component: str, text: str) -> None:
        self._say(f"{self.host}  {component}  {text}")

    def variable(self, name: str) -> Any:
        """Of the task, rendered; empty where there is none."""
        given = self.vars.get(name)
        return self._action._templar.template(given) if given else ""

    def hosted(self, prune: bool) -> Hosted:
        """A task may have a part of what the host is to have. Where the inventory does not say what that is, nothing is missed."""
        given = inventory.variables(self.vars, self.host).get(inventory.LIST)
        listed = self._action._templar.template(given) if given else ""
        if not isinstance(listed, list):
            return {"prune": prune}
        return {"prune": prune, "hosted": [str(name).rpartition(".")[2] for name in listed]}
