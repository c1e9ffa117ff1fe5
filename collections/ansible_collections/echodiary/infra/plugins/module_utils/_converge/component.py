# SPDX-License-Identifier: GPL-3.0-or-later
"""One component, one transaction: look, then either tell (check mode) or make it so, see that it is healthy, and record it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .._host import docker, platforms, registry
from .._kinds import kinds, model, packages, repositories
from .._ledger.files import LedgerError
from . import apply, component_health, contents, health, held, occupied, planning, rollback, staging, state, transaction
from .view import View

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from . import exchange
    from .host import Host

#: within which what is not well may become so by itself (s)
GRACE = 3.0
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
        self.ailing: list[model.Change] | None = None
        self._verdict: health.Verdict | None = None
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
        verdict = self._looked()
        self._clock("health")
        self._announce()
        if self.ails():
            sync = "OutOfSync"
        msg = f"{verdict.why}; {self._next_step()}" if verdict.health == "Degraded" else ""
        return self._with_asked(self._result("ok", sync, verdict, msg))

    def ails(self) -> list[model.Change]:
        """All is as declared, and yet nobody answers: a new process is all that is left to try."""
        if self.ailing is None:
            quiet = not self.view.plan.acting() and not self.unfinished and (not self.view.spec["compose"] or docker.running())
            self.ailing = self._ill(self._patiently() if quiet else health.Verdict("Healthy"))
        return self.ailing

    def _looked(self) -> health.Verdict:
        """How it is, before anything is done about it."""
        if self._verdict is None:
            self._verdict = component_health.now(self.view, seen=True)
        return self._verdict

    def _patiently(self) -> health.Verdict:
        """What is about to be changed may become well by itself; a check does not wait."""
        verdict = self._looked()
        if verdict.health != "Healthy" and not self.view.host.check:
            verdict = self._verdict = health.wait(lambda: component_health.now(self.view), GRACE)
        return verdict

    def _ill(self, verdict: health.Verdict) -> list[model.Change]:
        if not verdict.stuck or self.view.plan.acting() or self.unfinished:
            return []
        running = [consumer.name for consumer in self.view.consumers() if consumer.identity]
        why = f"is not well: {verdict.why}"
        found = [model.Change(model.Resource("process", name), "restart", model.CORRECTIVE, why=why) for name in running]
        passed = self.view.unsettled(found)
        return [change for change in found if change.resource not in passed]

    def _next_step(self) -> str:
        """For people, where nothing that is known would help."""
        names = [f"journalctl -u {name}" for name in self.view.spec["units"]]
        if self.view.spec["compose"]:
            names.append(f"docker compose -p {self.view.spec['compose']['name']} logs --tail 50")
        component = self.view.name.partition("@")[0]
        anew = f"ansible-playbook echodiary.infra.restart -e component={component}"
        return f"look at: {'; '.join(names) or 'what answers there'}; or begin it anew: {anew}"

    def _with_asked(self, result: exchange.Outcome) -> exchange.Outcome:
        """What other hosts' edges answer to their users: who watches them asks."""
        asks = self.view.spec.get("asks")
        if not asks:
            return result
        from .._host import users  # a host that asks nobody loads nothing for it

        found: list[exchange.Asked] = [
            {"host": one["host"], "component": one["component"], "why": why} for one, why in users.troubles(asks)
        ]
        self._clock("asked")
        told = [f"{one['component']} on {one['host']}: {one['why']}; look there at: {users.LOOK}" for one in found]
        return {**result, "asked": found, "notes": [*result["notes"], *told]}

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
        """An image that no registry has, or none for this machine, is found out now and not in the middle of an apply."""
        for reference in self.view.missing_images() if self.view.seen.services is not None else []:
            said, offered = docker.offered(reference)
            why = platforms.refusal(reference, offered)
            if why:
                raise model.ConvergeError(why)
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
        holding = held.Held(self.view) if self.view.spec.get("nftables") else None
        if holding:
            holding.arm()
        self._clock("prepare")
        try:
            verdict = self._make_it_so(journal)
        except Exception as error:
            return self._take_back(journal, error, holding)
        if holding and holding.moved():
            return self._result("needs", "OutOfSync", health.Verdict("Unknown"))
        if holding:
            holding.release()
        journal.commit()
        self.view.record()
        return self._with_asked(self._result("changed" if self.view.plan.acting() or interrupted else "ok", self._sync_after(), verdict))

    def answered(self, why: str) -> exchange.Outcome:
        """To a change that was held: somebody came by a new connection, or nobody could (``why``)."""
        journal = transaction.Transaction(self.view.host.state_dir, self.view.name)
        journal.recover()
        holding = held.Held(self.view)
        if why:
            self.view.plan = holding.planned(self.view.plan)
            return self._take_back(journal, model.ConvergeError(why), holding)
        if not holding.release():
            return self._result("taken_back", "OutOfSync", health.Verdict("Unknown"), held.TOO_LATE)
        journal.commit()
        self.view.record()
        return self._result("ok", self._sync_after(), self._looked())

    def _nothing_to_do(self) -> exchange.Outcome:
        verdict = self._patiently()
        self._clock("health")
        self.view.record()
        if self.ails() and not self.view.spec.get("release"):
            return self._begin_anew()
        if verdict.health in ("Healthy", "Progressing"):
            return self._with_asked(self._result("ok", self._sync_after(), verdict))
        # nothing of ours to take back, and the components after this one may be what tells somebody about it
        msg = f"in sync but {verdict.health}: {verdict.why}; {self._next_step()}{component_health.log_tail(self.view)}"
        return self._result("ok", self._sync_after(), verdict, msg)

    def _begin_anew(self) -> exchange.Outcome:
        """Nothing differs that could be taken back, and what does not answer loses nothing by a restart."""
        apply.restart_all(self.view)
        verdict = component_health.wait(self.view)
        self._clock("restart")
        self.view.record()
        if verdict.health == "Healthy":
            return self._result("changed", self._sync_after(), verdict)
        msg = f"in sync but {verdict.health}, and a restart did not help: {verdict.why}; {self._next_step()}"
        return self._result("changed", self._sync_after(), verdict, f"{msg}{component_health.log_tail(self.view)}")

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

    def _take_back(self, journal: transaction.Transaction, error: Exception, holding: held.Held | None = None) -> exchange.Outcome:
        logs = self._logs()
        back, verdict = rollback.take_back(self.view, journal)
        if holding:
            holding.restore()
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
        harm = (self.view.watched.degraded() if self.view.watched else "") or kinds.harm(self.view.spec, self.view.seen.kinds, time.time())
        if harm:
            verdict = verdict._replace(health=model.worst_health([verdict.health, "Degraded"]))
            msg = msg or f"in sync but Degraded: {harm}"
        outcome: exchange.Outcome = {
            "name": self.view.name,
            "status": status,
            "sync": sync,
            "health": verdict.health,
            "msg": msg,
            "changes": [change.as_dict() for change in self.view.told([*self.view.plan.all(), *self.unfinished, *(self.ailing or [])])],
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
