# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls until nothing is left: one when the host is as declared, one more for each part that was delegated.

It ends: whatever is delegated never was before, and a call without needs does at least one component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._common.errors import SpecError
from .._component import distributions
from .._component import manifest as manifests
from . import behind, delegated, migrate, once, prepare, roll_permission
from . import result as outcome

if TYPE_CHECKING:
    from ...module_utils._converge import exchange
    from ...module_utils._kinds import documents
    from ...module_utils._kinds.protocol import Call
    from ...module_utils._run.shapes import Answer
    from .._calls.variables import TaskVars
    from .run import Run
    from .shapes import Hosted


class Lease(NamedTuple):
    """What a task knows of the deploy lease. ``held``: whoever calls has one of its own, so nobody is asked."""

    host: str | None = None
    token: int | None = None
    held: bool = False


class Loop:
    """``specs`` in their order on the host of ``run``. ``left`` are those that are not done."""

    def __init__(self, run: Run, specs: list[documents.ComponentSpec], lease: Lease, hosted: Hosted | None = None) -> None:
        self._run, self._specs, self._lease = run, specs, lease
        self._hosted: Hosted = hosted or {}
        self._claimed = manifests.claimed(specs)
        self._declared = [spec["name"] for spec in specs]
        self._delivery = run.delivery()
        self._turn = behind.Turn(run)
        self._answers: list[Answer] = []
        self._done: dict[str, list[Call]] = {}
        self._left = specs

    def until_done(self) -> list[Answer]:
        """The answers of all calls."""
        try:
            while True:
                answer = self._call()
                self._watch(answer)
                self._left = self._after(answer)
                if not self._left:
                    return self._answers
        finally:
            self._turn.left()
            self._delivery.clean()

    def _call(self) -> Answer:
        name = self._left[0]["name"] if self._left else ""
        kept = delegated.packages_before(self._specs, name) if self._done and name else {}
        manifest: exchange.Manifest = {
            "check": self._run.check, "components": self._left, "claimed": self._claimed.everywhere, "declared": self._declared,
            "kept": kept, "dealt": outcome.dealt(self._answers), "delivered": self._delivery.taken(),
        }  # fmt: skip
        if self._claimed.on:
            manifest["claimed_on"] = self._claimed.on
        if self._hosted:
            manifest["prune"] = self._hosted["prune"]
        if "hosted" in self._hosted:
            manifest["hosted"] = self._hosted["hosted"]
        answer = self._run.ask(manifest)
        for spec in self._left:
            spec.pop("held", None)
        self._choose(answer)
        self._answers.append(answer)
        gone = answer.get("gone")
        if gone:
            answer["components"] = [outcome.failed(name, delegated.went(gone, self._made(), name))]
        outcome.tell_what_stays(answer["components"], self._done)
        self._show(answer)
        return answer

    def _choose(self, answer: Answer) -> None:
        """What is declared on the distribution that the host says it has: what is delegated goes by that, and the next call."""
        if any(spec.get("distributions") for spec in self._specs) and "distribution" in answer:
            self._specs = distributions.on(self._specs, answer["distribution"]["name"])
            self._left = self._named(*(spec["name"] for spec in self._left))
            self._claimed = manifests.claimed(self._specs)

    def _made(self) -> list[Call]:
        return [call for calls in self._done.values() for call in calls]

    def _show(self, answer: Answer) -> None:
        """While more is to come, people see what is done; the callback shows the whole when the task ends."""
        for component in answer["components"] if answer["rest"] or answer["needs"] else []:
            if component["status"] == "changed":
                self._run.say(component["name"], f"done in {sum(component['seconds'].values()):.1f} s ...")

    def _after(self, answer: Answer) -> list[documents.ComponentSpec]:
        """What is to be converged by the next call."""
        needs = answer["needs"]
        if needs and needs.get("held"):
            return self._named(self._reached(answer["components"][-1]["name"]), *answer["rest"])
        if needs:
            name = answer["components"][-1]["name"]
            helped = self._may_roll(name) if needs.get("roll") else self._help(name, needs, answer)
            return self._named(name, *answer["rest"]) if helped else self._rest(answer, name)
        return [] if answer.get("stopped") else self._named(*answer["rest"])

    def _reached(self, name: str) -> str:
        """What was changed may have cut the host off, and the connection that is there would not notice."""
        self._run.say(name, "come by a new connection ...")
        spec = self._spec(name)
        if spec:
            why = self._run.connect_anew()
            spec["held"] = f"no new connection comes to the host with it: {why}" if why else ""
        return name

    def _named(self, *names: str) -> list[documents.ComponentSpec]:
        return [spec for spec in self._specs if spec["name"] in names]

    def _rest(self, answer: Answer, name: str) -> list[documents.ComponentSpec]:
        """After a component that could not be helped: a release that may not be rolled stops nobody."""
        return [] if self._answers[-1].get("stopped") else self._named(*answer["rest"])

    def _may_roll(self, name: str) -> bool:
        """A release that may not is a failure in its place."""
        known: TaskVars = {**self._run.vars, "deploy_lease_host": self._run.variable(roll_permission.VARIABLE)}
        host = roll_permission.lease_host(self._lease.host, known)
        why = self._turn.taken(name) or roll_permission.refusal(host, self._lease_of(host), self._lease.token)
        if why:
            self._turn.left()
            self._answers[-1] = outcome.refused(self._answers[-1], why)
        release = self._release(name)
        if release:
            release["permitted"] = True
        return not why

    def _lease_of(self, host: str) -> Any:
        return self._run.act_on(host, roll_permission.LOCK, roll_permission.QUESTION)

    def _watch(self, answer: Answer) -> None:
        """Once it has rolled behind a load balancer: the release serves, whatever that thinks of it, and stays in the history."""
        rolled = next((one for one in answer["components"] if one["name"] == self._turn.component and one["status"] != "needs"), None)
        if rolled and rolled["status"] == "changed":
            why = self._turn.ended()
            rolled.update({"health": "Degraded", "msg": why} if why else {})
        elif rolled:
            self._turn.left()

    def _help(self, name: str, needs: exchange.Needs, answer: Answer) -> bool:
        if needs.get("migrate"):
            self._let_pass(name)
        refusal = self._refusal(name, needs["migrate"]) if needs.get("migrate") else ""
        if refusal:
            self._answers[-1] = outcome.refused(self._answers[-1], refusal)
            return False
        why = self._migrate(name, needs["migrate"]) if needs.get("migrate") else self._delegate(name, needs, answer.get("manager", ""))
        why = why or self._run.bring(self._delivery, name, needs)
        if why:
            self._answers.append(outcome.not_delegated(answer, why))
        return not why

    def _let_pass(self, name: str) -> None:
        """Who waits for a schema may wait for a host that waits for its turn to roll: it is asked for again afterwards."""
        release = self._release(name)
        if self._turn.component and release:
            self._turn.left()
            release["permitted"] = self._lease.held

    def _refusal(self, name: str, prepared: exchange.Migration) -> str:
        """Why the schema may not be brought along from here; a release that another host has migrated for counts as migrated."""
        release = self._release(name)
        if not release or not release["migrate"] or migrate.tool(release["migrate"]) != migrate.BY_COMMAND:
            return ""
        found = once.bringing(name, prepared, self._run)
        if found.runs_here:
            return ""
        self._run.say(name, f"see whether {found.first} has migrated the schema ...")
        release["migrated"] = once.is_done(found, self._run, release["migrate"]["timeout"])
        return "" if release["migrated"] else found.why_not()

    def _migrate(self, name: str, prepared: exchange.Migration) -> str:
        """It may take long: that the release may be rolled is asked again."""
        release = self._release(name)
        if not release or not release["migrate"] or release["migrated"]:
            return ""
        listed = self._run.specs.asked.get(name, name)
        why = "" if prepared["running"] else self._roles(name, listed)
        if why:
            return why
        self._run.say(name, "migrate the schema ...")
        if migrate.tool(release["migrate"]) == migrate.BY_COMMAND:
            why = self._migrate_by_command(name)
        else:
            why = migrate.why_failed(self._run.act(migrate.ALEMBIC, migrate.arguments(release["migrate"], prepared, listed)))
        release["migrated"], release["permitted"] = True, self._lease.held
        return why

    def _roles(self, name: str, listed: str) -> str:
        """A first release finds the roles of its database made, where they are declared: nobody could log in before."""
        asked = {"component": listed, "login": self._run.variable("echodiary_aws") or {}}
        done = self._run.act_on(self._run.host, migrate.ROLES, asked)
        if done.get("changed"):
            self._run.say(name, f"{done['msg']}, made so ...")
        return f"roles of its database: {done.get('msg', 'no message')}" if done.get("failed") else ""

    def _migrate_by_command(self, name: str) -> str:
        try:
            prepare.ask(prepare.Asked(prepare.MIGRATED), [spec for spec in self._specs if spec["name"] == name], self._run)
        except SpecError as error:
            return str(error)
        return ""

    def _delegate(self, name: str, needs: exchange.Needs, manager: str) -> str:
        """Why what was delegated failed; empty when all is done."""
        for call in delegated.calls(needs, self._spec(name), manager):
            why = delegated.asked_again(self._made(), call)
            if why:
                return why
            self._run.say(name, f"{call.what} ...")
            done = self._run.module(call)
            if done.get("failed"):
                return delegated.why_failed(call, done)
            self._done.setdefault(name, []).append(call)
        return ""

    def _spec(self, name: str) -> documents.ComponentSpec | None:
        """None of a component that leaves the host."""
        return next((spec for spec in self._specs if spec["name"] == name), None)

    def _release(self, name: str) -> documents.ReleaseSpec | None:
        spec = self._spec(name)
        return spec.get("release") if spec else None
