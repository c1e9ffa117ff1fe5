# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls until nothing is left: one when the host is as declared, one more for each part that needed a hand.

It ends: whatever is lent a hand for was never lent one before, and a call without needs does at least one component.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import _converge_result as outcome
from .. import _hands, _migrate
from .._deploy import roll_permission
from .run import Run


class Lease(NamedTuple):
    """What a task knows of the deploy lease. ``held``: whoever calls has one of its own, so nobody is asked."""

    host: str | None = None
    token: int | None = None
    held: bool = False


class Loop:
    """``specs`` in their order on the host of ``run``. ``left`` are those that are not done."""

    def __init__(self, run: Run, specs: list[dict[str, Any]], lease: Lease) -> None:
        self._run, self._specs, self._lease = run, specs, lease
        self._claimed = sorted({path for spec in specs for path in [*spec["files"], *spec["links"], *spec["directories"]]})
        self._declared = [spec["name"] for spec in specs]
        self._delivery = run.delivery()
        self._answers: list[dict[str, Any]] = []
        self._lent: list[_hands.Call] = []
        self._left = specs

    def until_done(self) -> list[dict[str, Any]]:
        """The answers of all calls."""
        try:
            while True:
                self._left = self._after(self._call())
                if not self._left:
                    return self._answers
        finally:
            self._delivery.clean()

    def _call(self) -> dict[str, Any]:
        name = self._left[0]["name"] if self._left else ""
        kept = _hands.packages_before(self._specs, name) if self._lent else {}
        manifest = {"check": self._run.check, "components": self._left, "claimed": self._claimed, "declared": self._declared, "kept": kept}
        answer = self._run.ask({**manifest, "delivered": self._delivery.taken()})
        self._answers.append(answer)
        if answer.get("gone"):
            answer["components"] = [outcome.failed(name, _hands.went(answer["gone"], self._lent, name))]
        self._show(answer)
        return answer

    def _show(self, answer: dict[str, Any]) -> None:
        """While more is to come, people see what is done; the callback shows the whole when the task ends."""
        for component in answer["components"] if answer["rest"] or answer["needs"] else []:
            if component["status"] == "changed":
                self._run.say(component["name"], f"done in {sum(component['seconds'].values()):.1f} s ...")

    def _after(self, answer: dict[str, Any]) -> list[dict[str, Any]]:
        """What is to be converged by the next call."""
        if answer["needs"]:
            name = answer["components"][-1]["name"]
            helped = self._may_roll(name) if answer["needs"].get("roll") else self._help(name, answer)
            return self._named(name, *answer["rest"]) if helped else self._rest(answer, name)
        return [] if answer["stopped"] else self._named(*answer["rest"])

    def _named(self, *names: str) -> list[dict[str, Any]]:
        return [spec for spec in self._left if spec["name"] in names]

    def _rest(self, answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
        """After a component that could not be helped: a release that may not be rolled stops nobody."""
        return self._named(*answer["rest"]) if answer["needs"].get("roll") else []

    def _may_roll(self, name: str) -> bool:
        """A release that may not is a failure in its place."""
        known = self._run.variables(**{roll_permission.VARIABLE: self._run.variable(roll_permission.VARIABLE)})
        host = roll_permission.lease_host(self._lease.host, known)
        why = roll_permission.refusal(host, self._run.act_on(host, roll_permission.LOCK, roll_permission.question()), self._lease.token)
        if why:
            self._answers[-1] = outcome.refused(self._answers[-1], why)
        self._spec(name)["release"]["permitted"] = True
        return not why

    def _help(self, name: str, answer: dict[str, Any]) -> bool:
        needs = answer["needs"]
        why = self._migrate(name, needs["migrate"]) if needs.get("migrate") else self._lend(name, needs, answer["manager"])
        why = why or self._run.bring(self._delivery, name, needs)
        if why:
            self._answers.append(outcome.without_hands(answer, why))
        return not why

    def _migrate(self, name: str, prepared: dict[str, str]) -> str:
        """It may take long: that the release may be rolled is asked again."""
        release = self._spec(name)["release"]
        self._run.say(name, "migrate the schema ...")
        why = _migrate.why_failed(self._run.act(_migrate.ALEMBIC, _migrate.arguments(release["migrate"], prepared)))
        release.update(migrated=True, permitted=self._lease.held)
        return why

    def _lend(self, name: str, needs: dict[str, Any], manager: str) -> str:
        """Why a hand failed; empty when all is done."""
        for call in _hands.calls(needs, manager):
            why = _hands.asked_again(self._lent, call)
            if why:
                return why
            self._run.say(name, f"{call.what} ...")
            done = self._run.module(call)
            if done.get("failed"):
                return _hands.why_failed(call, done)
            self._lent.append(call)
        return ""

    def _spec(self, name: str) -> dict[str, Any]:
        return next(spec for spec in self._specs if spec["name"] == name)
