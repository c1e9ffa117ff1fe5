# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``converge``: render every component, send one call, lend a hand where packages or users are missing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..plugin_utils import _another_action, _hands, _migrate, _release_record, _remote
from ..plugin_utils import _component_manifest as manifests
from ..plugin_utils import _component_render as render
from ..plugin_utils import _component_source as sources
from ..plugin_utils import _converge_result as outcome
from ..plugin_utils._common import elsewhere
from ..plugin_utils._component import contents
from ..plugin_utils._component.delivery import Delivery
from ..plugin_utils._converge_errors import SpecError
from ..plugin_utils._deploy import roll_permission

display = Display()

BESIDE = ("_ledger.files", "_ledger.records", "_ledger.shapes", "_gate.probes")
PACKAGE = _remote.Package(
    "_converge",
    (*BESIDE, *(f"{package}.{name}" for package in ("_converge", "_release") for name in _remote.files_of(package))),
)
# Ansible imports this file before it forks a worker per host: none of them reads and compresses the same sources again.
_remote.shipped(PACKAGE)


class ActionModule(ActionBase):
    """``echodiary.infra.converge: {components: [...]}``"""

    _supports_check_mode = True
    _supports_diff = True
    TRANSFERS_FILES = False
    #: whoever calls this does so under a lease of its own
    _holds_lease = False
    #: digest -> what is too long to be sent with every call
    _long: Mapping[str, contents.Long] = MappingProxyType({})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        began = time.monotonic()
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(
            argument_spec={
                "components": {"type": "list", "elements": "str", "required": True},
                "lease_host": {"type": "str"},
                "lease_token": {"type": "int"},
            },
        )
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._calls, self._host = 0, task_vars["inventory_hostname"]
        self._lease = (args["lease_host"], args["lease_token"])
        try:
            specs = self._specs(args["components"], task_vars)
            answers = self._converge(specs, task_vars)
            self._record(answers, task_vars)
        except (SpecError, _remote.NoAnswerError) as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(outcome.summary(answers, [spec["name"] for spec in specs], self._task.check_mode))
        result.update(remote_calls=self._calls, seconds=round(time.monotonic() - began, 3))
        if self._task.diff:
            result["diff"] = outcome.diffs(result["components"])
        return result

    def _record(self, answers: list[dict[str, Any]], task_vars: dict[str, Any]) -> None:
        for entry in _release_record.entries(list(outcome.merge(answers).values())):
            self._calls += 1
            done = _another_action.run(self, _release_record.HISTORY, {"state": "appended", "entry": entry}, task_vars)
            if done.get("failed"):
                display.warning(f"{self._host}: the release is not in the history: {done.get('msg')}")

    def _specs(self, names: list[str], task_vars: dict[str, Any]) -> list[dict[str, Any]]:
        """Every component rendered and checked before the first byte goes to the host."""
        specs = [self._spec(name, task_vars) for name in names]
        manifests.check_claims(specs)
        return specs

    def _spec(self, name: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        source = sources.load(name, task_vars.get("playbook_dir", "."), self._loader)
        available = render.variables(source, task_vars, self._templar)
        rendered = render.spec(source, available, self._templar)
        tree = render.tree(source, available, self._templar)
        self._long = {**self._long, **{one.sha256: one for one in tree.values() if isinstance(one, contents.Long)}}
        return manifests.build(source.name, rendered, tree)

    def _converge(self, specs: list[dict[str, Any]], task_vars: dict[str, Any]) -> list[dict[str, Any]]:
        """Call until nothing is left: once when the host is as declared, once more for each part that needed a hand.

        It ends: whatever is lent a hand for was never lent one before, and a call without needs does at least one component.
        """
        declared = [spec["name"] for spec in specs]
        claimed = sorted({path for spec in specs for path in [*spec["files"], *spec["links"], *spec["directories"]]})
        delivery = Delivery(self, self._long)
        try:
            return self._calls_until_done(specs, claimed, declared, delivery, task_vars)
        finally:
            delivery.clean()

    def _calls_until_done(
        self, specs: list[dict[str, Any]], claimed: list[str], declared: list[str], delivery: Delivery, task_vars: dict[str, Any]
    ) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = []
        lent: list[_hands.Call] = []
        left = specs
        while True:
            kept = _hands.packages_before(specs, left[0]["name"]) if lent else {}
            manifest = {"check": self._task.check_mode, "components": left, "claimed": claimed, "declared": declared, "kept": kept}
            manifest["delivered"] = delivery.taken()
            answer = self._call(manifest, task_vars)
            answers.append(answer)
            if answer.get("gone"):
                answer["components"] = [outcome.failed(left[0]["name"], _hands.went(answer["gone"], lent, left[0]["name"]))]
            self._show(answer["components"], bool(answer["rest"]) or bool(answer["needs"]))
            if answer["needs"] and answer["needs"].get("roll"):
                left = self._ask_to_roll(answers, left, task_vars)
                if not left:
                    return answers
            elif answer["needs"]:
                name = answer["components"][-1]["name"]
                why = self._lend_hands(name, answer, task_vars, specs, lent) or self._bring(name, answer["needs"], delivery)
                if why:
                    return [*answers, outcome.without_hands(answer, why)]
                self._note_migration(name, answer["needs"], specs)
                left = [spec for spec in left if spec["name"] in (name, *answer["rest"])]
            elif answer["rest"] and not answer["stopped"]:
                left = [spec for spec in left if spec["name"] in answer["rest"]]
            else:
                return answers

    def _call(self, manifest: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        self._calls += 1
        answer = _remote.call(self, PACKAGE, manifest, task_vars)
        if answer.get("failed"):
            raise SpecError(answer["msg"])
        return answer

    def _ask_to_roll(self, answers: list[dict[str, Any]], left: list[dict[str, Any]], task_vars: dict[str, Any]) -> list[dict[str, Any]]:
        """What is left to converge: with the release when it may be rolled, else without it, and with a failure in its place."""
        name, rest = answers[-1]["components"][-1]["name"], answers[-1]["rest"]
        host = roll_permission.lease_host(self._lease[0], self._rendered(task_vars))
        self._calls += 1
        answer = elsewhere.run(self, host, roll_permission.LOCK, roll_permission.question(), task_vars)
        why = roll_permission.refusal(host, answer, self._lease[1])
        if why:
            answers[-1] = outcome.refused(answers[-1], why)
        for spec in left:
            if spec["name"] == name:
                spec["release"]["permitted"] = True
        return [spec for spec in left if spec["name"] in rest or (spec["name"] == name and not why)]

    def _rendered(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        given = task_vars.get(roll_permission.VARIABLE)
        return {**task_vars, roll_permission.VARIABLE: self._templar.template(given) if given else ""}

    def _note_migration(self, name: str, needs: dict[str, Any], specs: list[dict[str, Any]]) -> None:
        """It may have taken long: that the release may be rolled is asked again."""
        if needs.get("migrate"):
            release = next(spec for spec in specs if spec["name"] == name)["release"]
            release.update(migrated=True, permitted=self._holds_lease)

    def _lend_hands(
        self, name: str, answer: dict[str, Any], task_vars: dict[str, Any], specs: list[dict[str, Any]], lent: list[_hands.Call]
    ) -> str:
        """Why it failed; empty when all is done, which ``lent`` then tells."""
        if answer["needs"].get("migrate"):
            spec = next(spec for spec in specs if spec["name"] == name)
            display.display(f"{self._host}  {name}  migrate the schema ...")
            self._calls += 1
            arguments = _migrate.arguments(spec["release"]["migrate"], answer["needs"]["migrate"])
            return _migrate.why_failed(_another_action.run(self, _migrate.ALEMBIC, arguments, task_vars))
        for call in _hands.calls(answer["needs"], answer["manager"]):
            why = _hands.asked_again(lent, call)
            if why:
                return why
            display.display(f"{self._host}  {name}  {call.what} ...")
            self._calls += 1
            done = self._execute_module(module_name=call.module, module_args=call.args, task_vars=task_vars)
            if done.get("failed"):
                return _hands.why_failed(call, done)
            lent.append(call)
        return ""

    def _bring(self, name: str, needs: dict[str, Any], delivery: Delivery) -> str:
        return delivery.bring(needs.get("contents") or [], lambda said: display.display(f"{self._host}  {name}  {said} ..."))

    def _show(self, components: list[dict[str, Any]], more: bool) -> None:
        """While more is to come, people see what is done; the callback shows the whole when the task ends."""
        for component in components if more else []:
            if component["status"] == "changed":
                display.display(f"{self._host}  {component['name']}  done in {sum(component['seconds'].values()):.1f} s ...")
