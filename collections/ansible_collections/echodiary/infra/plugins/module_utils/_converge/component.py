# SPDX-License-Identifier: GPL-3.0-or-later
"""One component, one transaction: look, then either tell (check mode) or make it so, see that it is healthy, and record it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .._host import docker, registry
from .._kinds import kinds, model, packages, repositories
from .._ledger.files import LedgerError
from . import apply, component_health, contents, health, occupied, planning, rollback, staging, state, transaction
from .view import View

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from . import exchange
    from .host import Host

#: to ask the kind itself for its name would load it on every host
REPOSITORY = "repository"


class Converger:
    """A view, the outcome so far, and the seconds each step took."""

    def __init__(self, spec: documents.ComponentSpec, host: Host, idle: bool = False, last: remembered.Record | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        self._lap = time.monotonic()
        self.given = last
        self.view = View(spec, host, idle, last)
        self.unfinished = self._unfinished()
        if spec.get("restart"):
            self.view.plan = apply.restarts(self.view)
        self._clock("read")

    def _clock(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._lap, 3)
        self._lap = now

    def _unfinished(self) -> list[model.Change]:
        """Half a change is no state that git declares, even where every file is as it should be."""
        if not os.path.lexists(state.index_of(self.view.journal())):
            return []
        why = "was cut off before its end: it is finished, or taken back"
        return [model.Change(model.Resource("change", self.view.name), "finish", model.CORRECTIVE, why=why)]

    # -- check mode ------------------------------------------------------------------------------------------------

    def check(self) -> exchange.Outcome:
        self._refuse_strangers()
        sync = "OutOfSync" if self.view.plan.all() or self.unfinished else self._sync_of_the_unseen()
        try:
            self._refuse_unreachable()
            self._validate()
            self._check_images()
        except model.ConvergeError as error:
            return self._result("failed", sync, health.Verdict("Unknown"), str(error))
        verdict = component_health.now(self.view)
        self._clock("health")
        self._announce()
        return self._result("ok", sync, verdict)

    def _sync_of_the_unseen(self) -> str:
        if self.view.seen.services is not None or not self.view.spec["compose"]:
            return "Synced"
        self.notes.append("Docker does not run here: containers could not be looked at")
        return "Unknown"

    def _validate(self) -> None:
        """A validator that the same run would install is noted, not missed; so are contents that would be brought first."""
        lacking = self.view.lacking()
        self.notes += [f"{contents.told(one)} is not on this host and would be sent" for one in lacking]
        if self.view.plan.acting() and not (lacking and self.view.spec["validate"]):
            lenient = self.view.host.installing or bool(self.view.plan.delegated) or bool(self.view.missing_images())
            self.notes += staging.validate(self.view.spec["validate"], self.view.want.files, lenient)
            self._clock("validate")
        elif lacking:
            self.notes.append("not validated yet: a validator reads the whole tree, and a part of it is not on this host")

    def _check_images(self) -> None:
        """An image that no registry has is found out now and not in the middle of an apply."""
        for reference in self.view.missing_images() if self.view.seen.services is not None else []:
            said = docker.published(reference)
            if registry.kind(said) in (registry.UNKNOWN, registry.DENIED):
                raise model.ConvergeError(registry.refusal(reference, said))
            if said:
                self.notes.append(f"image {reference}: the registry could not be asked ({said[:100]})")

    def _announce(self) -> None:
        """Tell later components that programs, users and units are on their way."""
        if any(change.action in ("install", "create") for change in self.view.plan.delegated):
            self.view.host.installing = True

    # -- apply -----------------------------------------------------------------------------------------------------

    def needs(self) -> exchange.Needs | None:
        """What the controller has to do first, with the modules that do it best, and what it has to bring."""
        lacking = self.view.lacking()
        if not self.view.plan.delegated and not lacking:
            return None
        self._refuse_unreachable()
        return delegated(self.view.plan.delegated, lacking)

    def afterwards(self) -> exchange.Needs | None:
        """What the controller has to take away now that nothing here needs it any more."""
        going = planning.acting(self.view.left.leaving)
        return delegated(going, []) if going else None

    def waiting(self) -> exchange.Outcome:
        """The result while the controller changes what is delegated: the plan as it was found."""
        self.view.remember()
        return self._result("needs", "OutOfSync", health.Verdict("Unknown"))

    def _refuse_strangers(self) -> None:
        # a host loads a file when something of it is asked for
        if self.view.seen.occupied:
            occupied.refuse(self.view.seen.occupied)

    def _refuse_unreachable(self) -> None:
        changes = [change for change in self.view.plan.delegated if change.resource.kind == REPOSITORY]
        if changes:
            repositories.refuse_unreachable(changes, kinds.declared(self.view.spec, repositories))

    def apply(self) -> exchange.Outcome:
        self._refuse_strangers()
        if not self.view.plan.acting() and not os.path.isdir(self.view.journal()):
            return self._nothing_to_do()
        journal = transaction.Transaction(self.view.host.state_dir, self.view.name)
        interrupted = journal.recover()
        if journal.withdraw({*self.view.want.values, *self.view.formerly_applied()}):
            self.view = View(self.view.spec, self.view.host, self.view.idle, self.given)
        self.notes += journal.notes
        self.unfinished = self.unfinished if interrupted else []
        if not self.view.plan.acting() and not interrupted:
            return self._nothing_to_do()
        apply.prepare(self.view)
        self.view.remember()
        self._clock("prepare")
        try:
            verdict = self._make_it_so(journal)
        except Exception as error:
            return self._take_back(journal, error)
        journal.commit()
        self.view.record()
        return self._result("changed" if self.view.plan.acting() or interrupted else "ok", self._sync_after(), verdict)

    def _nothing_to_do(self) -> exchange.Outcome:
        verdict = component_health.now(self.view, seen=True)
        if verdict.health != "Healthy":
            verdict = health.wait(lambda: component_health.now(self.view), 3.0)
        self._clock("health")
        self.view.record()
        if verdict.health in ("Healthy", "Progressing"):
            return self._result("ok", self._sync_after(), verdict)
        # nothing of ours to take back, and the components after this one may be what tells somebody about it
        msg = f"in sync but {verdict.health}: {verdict.why}{component_health.log_tail(self.view)}"
        return self._result("ok", self._sync_after(), verdict, msg)

    def _make_it_so(self, journal: transaction.Transaction) -> health.Verdict:
        apply.act(self.view, journal)
        if self.view.spec.get("restart"):
            apply.restart_all(self.view)
        self._clock("apply")
        verdict = component_health.wait(self.view)
        self._clock("health")
        if verdict.health != "Healthy":
            raise model.ConvergeError(f"not healthy after {component_health.deadline(self.view):.0f} s: {verdict.why}")
        apply.verify(self.view)
        self._clock("verify")
        return verdict

    def _take_back(self, journal: transaction.Transaction, error: Exception) -> exchange.Outcome:
        logs = self._logs()
        back, verdict = rollback.take_back(self.view, journal)
        if not os.path.isdir(self.view.journal()):
            self.view.unremember()
            self.view.settle()
        self._clock("take_back")
        return self._result("taken_back", "OutOfSync", verdict, f"{reason(error)}; {back}{logs}")

    def _logs(self) -> str:
        """Where they cannot be had, the way back is still taken."""
        try:
            return component_health.log_tail(self.view)
        except Exception as error:
            return f"\n(no logs: {reason(error)})"

    def _sync_after(self) -> str:
        left = os.path.isdir(self.view.journal())  # what only a killed attempt brought, and could not be taken away yet
        return "OutOfSync" if left or any(change.action == model.REPORT for change in self.view.left.all()) else "Synced"

    def _result(self, status: str, sync: str, verdict: health.Verdict, msg: str = "") -> exchange.Outcome:
        if verdict.health not in ("Healthy", "Missing") and verdict.why and not msg:
            self.notes.append(verdict.why)
        harm = self.view.watched.degraded() if self.view.watched else ""
        if harm:
            verdict = verdict._replace(health=model.worst_health([verdict.health, "Degraded"]))
            msg = msg or f"in sync but Degraded: {harm}"
        outcome: exchange.Outcome = {
            "name": self.view.name,
            "status": status,
            "sync": sync,
            "health": verdict.health,
            "msg": msg,
            "changes": [change.as_dict() for change in self.view.told([*self.view.plan.all(), *self.unfinished])],
            "notes": [*self.notes, *(self.view.watched.notes if self.view.watched else ())],
            "seconds": self.seconds,
            "project": self.view.spec["compose"]["name"] if self.view.spec["compose"] else "",
        }
        if self.view.watched:
            outcome["watched"] = [str(finding.resource) for finding in self.view.watched.findings]
        return outcome


def delegated(changes: list[model.Change], lacking: list[exchange.Lacking]) -> exchange.Needs:
    found: exchange.Needs = {"delegated": [change.as_dict() for change in changes]}
    if any(change.resource.kind == packages.NAME for change in changes) and packages.interrupted():
        found["interrupted"] = True
    if lacking:
        found["contents"] = lacking
    return found


def reason(error: Exception) -> str:
    """One line: what was wrong where. What nobody foresaw says where in this program it happened."""
    if isinstance(error, OSError):
        return f"{error.filename or 'the host'}: {error.strerror or error}"
    if isinstance(error, (model.ConvergeError, LedgerError)):
        return str(error)
    import traceback  # only what nobody foresaw pays for it

    where = traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f" in {os.path.basename(frame.filename)}, line {frame.lineno}" for frame in where)
    return f"a fault of echodiary.infra itself{place}: {type(error).__name__}: {error}; please report it"


def nothing(name: str) -> documents.ComponentSpec:
    """A component that declares nothing."""
    return {
        "name": name, "secrets": [], "packages": [], "users": [], "sysctl": {}, "directories": {}, "links": {}, "files": {},
        "owned": {}, "units": {}, "compose": None, "validate": [], "reload": [], "health": [],
    }  # fmt: skip


def failed(name: str, error: Exception) -> exchange.Outcome:
    """The result of a component that was refused before anything was touched."""
    return {
        "name": name,
        "status": "failed",
        "sync": "Unknown",
        "health": "Unknown",
        "msg": reason(error),
        "changes": [],
        "notes": [],
        "seconds": {},
    }
