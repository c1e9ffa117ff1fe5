# SPDX-License-Identifier: GPL-3.0-or-later
"""A component in two slots: what needs a new process starts in the slot that rests, and gets the traffic once it is well.

Everything about one slot is an ordinary component bound to it (slots.bind). What is compared with git is the slot that
serves. Small things (a file's mode, a container that somebody stopped) are put right there; whatever would replace or restart
the serving container is rolled: the other slot is brought up as declared, HAProxy moves over, the old one rests as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._converge import component_health, contents, health, occupied, staging
from .._converge.component import Converger
from .._host import docker, users
from .._kinds import compose, model
from . import decide, declared, first_aid, handover, idle_slot, images, jobs, look, move, slots, traffic, warming
from .decide import PREVIOUS

if TYPE_CHECKING:
    from .._converge import exchange
    from .._converge.host import Host
    from .._kinds import documents


class Rollout:
    """The same doors as a Converger: check, needs, waiting, apply."""

    def __init__(self, spec: documents.RolledSpec, host: Host) -> None:
        self.spec, self.host = spec, host
        self.release: documents.ReleaseSpec = spec["release"]
        self.standing = look.Standing(spec, host)
        self._asked: list[str] | None = None
        if self.standing.live:
            host.containers[slots.project_name(spec, self.standing.serving)] = self.standing.live[self.standing.serving]
        self.current = self._latest = Converger(slots.bind(spec, self.standing.serving), host)
        self.jobs = jobs.converger(spec, self.standing.serving, host) if jobs.concerned(spec, host) else None
        self.standing.clock("read")

    # -- deciding --------------------------------------------------------------------------------------------------

    def rolls(self) -> bool:
        return decide.rolls(self.standing.active, self.release, self._planned(), self.spec["compose"]["services"])

    def changes(self) -> list[model.Change]:
        """Everything that differs from git on this host, in the order in which it is put right."""
        planned, unfinished, found = [*self.current.view.plan.all(), *self._ailing()], self.current.unfinished, self._traffic()
        if self.jobs:
            unfinished = [*unfinished, *self.jobs.view.told([*self.jobs.view.plan.all(), *self.jobs.unfinished])]
        if self.rolls():
            return decide.rolling(planned, unfinished, found)
        if found.trial and found.is_judged:
            text = f"slot {found.trial} is on trial: a run gave it a share of the requests and has not ended; converge takes it out"
            self.standing.note(text)
        return [*decide.in_place(planned, unfinished, found), *look.idle_changes(self.standing)]

    def _planned(self) -> decide.Planned:
        view = self.current.view
        return decide.Planned(view.plan.services, [*view.plan.processes, *self._ailing()], view.last["services"])

    def _ailing(self) -> list[model.Change]:
        """What serves and answers nobody is rolled; not while the other slot runs, which may be all that users have."""
        now = self.standing
        alone = now.active and not now.running.get(now.idle) and not now.record["next"]
        return self.current.ails() if alone else []

    def _traffic(self) -> decide.Traffic:
        now = self.standing
        return decide.Traffic(
            now.edge, now.active, now.idle, now.servers, now.running.get(now.idle, False), now.record["trial"], self.release["slots"]
        )

    def _brings_image(self) -> bool:
        now = self.standing
        return decide.brings_image(self.release, now.active, now.held(now.active)["image"], self._planned(), rolled=self.rolls())

    def _refuse_occupied(self) -> None:
        """A roll brings up the other slot: whoever has its name is found out before anything is promised, or migrated."""
        occupied.refuse(self.current.view.seen.occupied)
        if self.rolls():
            look.refuse_occupied(self.standing)

    def judge_jobs(self) -> None:
        """Once they are asked for, the release has taken the work over."""
        if self.jobs and self.jobs.view.plan.acting():
            staging.validate(self.jobs.view.spec["validate"], self.jobs.view.want.files, lenient=False)

    def _back_change(self) -> model.Change:
        now = self.standing
        held = idle_slot.holds(self.spec, now.record, now.idle, self.release["expect"])
        return decide.back(self._traffic(), now.held(now.active), held)

    # -- doors -----------------------------------------------------------------------------------------------------

    def check(self) -> exchange.Outcome:
        if self.release["state"] == PREVIOUS:
            return self._result({**self._quiet(), "sync": "OutOfSync"}, [self._back_change()])
        self._refuse_occupied()
        result = self.current.check()
        if self.jobs:
            result = jobs.joined(result, self.jobs.check())
        changes = self.changes()
        if changes:
            result["sync"] = "OutOfSync"
        return self._result(result, changes)

    def needs(self) -> exchange.Needs | None:
        """Packages and the like, leave to roll, and the schema: a release that brings its own image is migrated for first."""
        if self.release["state"] == PREVIOUS:
            return None
        self._refuse_occupied()
        self.judge_jobs()
        needs, now = self.current.needs(), self.standing
        if not needs and self.rolls() and not self.release["permitted"]:
            return {"roll": True}
        lacking = contents.lacking_in(slots.bind(self.spec, now.idle), self.host.state_dir) if self.rolls() and not needs else []
        if lacking:
            return {"contents": lacking}
        if needs or not self._brings_image():
            return needs
        prepared = images.prepare(self.spec, self.current.view.want.files, now.serving, self.host.state_dir)
        running = now.held(now.active)["image"]
        return {"migrate": {"directory": prepared["directory"], "image": prepared["image"], "running": running}}

    def afterwards(self) -> exchange.Needs | None:
        """Of the slot that serves now; what the other one was applied with may still be needed, for a rollback."""
        return self._latest.afterwards()

    def waiting(self) -> exchange.Outcome:
        return self._result({**self._quiet(), "status": "needs", "sync": "OutOfSync"}, self.changes())

    def apply(self) -> exchange.Outcome:
        if self.release["state"] == PREVIOUS:
            return self._go_back()
        changes = self.changes()
        return self._roll(changes) if self.rolls() else self._put_right(changes)

    # -- applying --------------------------------------------------------------------------------------------------

    def _put_right(self, changes: list[model.Change]) -> exchange.Outcome:
        """In place."""
        now = self.standing
        if now.running.get(now.idle):
            # after a run that was killed in between, both may be at work
            handover.halt(now, now.idle)
        result = self.current.apply()
        if result["health"] != "Healthy":
            # whoever else serves may be all there is: traffic stays as it is until this slot is well
            return self._result({**result, "sync": "OutOfSync" if changes else result["sync"]}, self.current.view.plan.all())
        if result["status"] in ("ok", "changed"):
            move.settle(now, now.serving)
            if result["status"] == "changed" and now.servers is not None:
                # what was only just started may count as down for HAProxy for another moment
                traffic.let_in(now.edge, now.serving)
            changes = move.mend_idle(now, changes)
            if self.jobs:
                # where they cannot be as declared, they are what they were; the release serves all the same
                result = jobs.joined(result, self.jobs.apply())
            acted = any(change.action != "report" for change in changes)
            result["status"] = "changed" if acted and result["status"] == "ok" else result["status"]
        return self._result(result, changes)

    def _roll(self, changes: list[model.Change]) -> exchange.Outcome:
        """The other slot as declared, then the traffic. Until that has moved, the slot that serves is not touched."""
        now = self.standing
        first_aid.reconnect(now, self.current.view.spec["compose"])
        if now.running.get(now.idle):
            move.take_out(now, now.idle)
        if now.record["next"]:
            self._resume()
        fresh = self._latest = Converger(slots.bind(self.spec, now.idle, self.release.get("workers", [])), self.host, idle=True)
        outcome = self._bring_up(fresh)
        now.seconds = outcome["seconds"]
        if outcome["status"] not in ("ok", "changed") or outcome["health"] != "Healthy":
            return self._still(changes, outcome["msg"] or f"slot {now.idle} is {outcome['health']}", fresh)
        try:
            self._warm_up(now.idle)
            self._verify(now.idle)
            if self._ailing():
                first_aid.spare(now)
            move.to(now, now.idle)
        except model.ConvergeError as error:
            return self._still(changes, str(error), fresh, component_health.log_tail(fresh.view))
        if not now.unsettled and look.idle_trouble(now, compose.read(now.project(now.idle))):
            move.make_idle_anew(now)
        return self._result({**outcome, "status": "changed", "sync": "Synced"}, changes)

    def _resume(self) -> None:
        """A run that was killed while the work changed hands has left nobody at it."""
        now = self.standing
        try:
            handover.over(now, now.idle, now.serving)
        except model.ConvergeError as error:
            now.note(f"slot {now.serving} does not work again, which a run that was killed had stopped: {error}")
        now.record["next"] = ""
        now.save()

    def _warm_up(self, slot: str) -> None:
        said = warming.warm(self.release["warm_up"], self.release["slots"][slot])
        if said:
            self.standing.note(said)
            self.standing.clock("warm_up")

    def _verify(self, slot: str) -> None:
        """The declared requests, before the first one of a user."""
        wanted = self.release.get("requests")
        if wanted is None or not slots.are_asked(self.release):
            return
        if not wanted:
            self.standing.note("not verified: no requests declared")
        why = declared.first_trouble(wanted, self.release["slots"][slot])
        self.standing.clock("verify")
        if why:
            # nobody's request is in there, and what hangs would have it wait out its grace period
            docker.kill_all(slots.project_name(self.spec, slot))
            raise model.ConvergeError(f"the release in slot {slot} was given no request of a user: {why}")
        self._asked = [one["name"] for one in wanted]

    def _bring_up(self, fresh: Converger) -> exchange.Outcome:
        """From the first change on, the idle slot no longer holds what the record says; what was taken back, it holds again."""
        now = self.standing
        held, workers = now.record["releases"].pop(now.idle, None), now.workers(now.idle)
        now.remember_workers(now.idle)
        now.save()
        outcome: exchange.Outcome = {"status": "failed"}
        try:
            outcome = fresh.apply()
        finally:
            if held and outcome["status"] not in ("ok", "changed"):
                now.record["releases"][now.idle] = held
                now.record.update({"workers": {**now.record["workers"], now.idle: workers}} if "workers" in now.record else {})
                now.save()
        return outcome

    def _go_back(self) -> exchange.Outcome:
        """What rests in the other slot serves again: as it was left, whatever git says now."""
        now = self.standing
        held = idle_slot.holds(self.spec, now.record, now.idle, self.release["expect"])
        project, changes = now.project(now.idle), [self._back_change()]
        now.reset_clock()
        try:
            record, workers = now.kept(now.idle), now.workers(now.idle)
            idle_slot.start(project, record["services"], held["image"], workers)
            now.clock("start")
            idle_slot.wait_until_well(project, self.release, record, workers)
            now.clock("health")
            self._warm_up(now.idle)
            move.to(now, now.idle)
        except model.ConvergeError as error:
            msg = f"{error}{idle_slot.log_tail(project)}"
            compose.stop(project)
            return self._failed(changes, f"slot {now.serving} still serves: {msg}")
        sync = "Synced" if held == now.wanted() else "OutOfSync"
        return self._result({**self._quiet(), "status": "changed", "sync": sync, "health": "Healthy"}, changes)

    # -- answers ---------------------------------------------------------------------------------------------------

    def _still(self, changes: list[model.Change], msg: str, fresh: Converger, logs: str = "") -> exchange.Outcome:
        """The new slot is not well: it rests again, and what served goes on serving."""
        project = self.standing.project(self.standing.idle)
        if idle_slot.runs(compose.read(project)):
            compose.stop(project)
        fresh.view.host.forget()
        return self._failed(changes, f"{msg}; slot {self.standing.serving} was not touched and serves{logs}")

    def _failed(self, changes: list[model.Change], msg: str) -> exchange.Outcome:
        verdict = component_health.now(self.current.view)
        # what was as declared, and tried anew in vain, keeps nobody from the components after it
        status = "ok" if self.current.ailing else "taken_back"
        outcome: exchange.Outcome = {**self._quiet(), "status": status, "sync": "OutOfSync", "health": verdict.health, "msg": msg}
        return self._result(outcome, changes)

    def _quiet(self) -> exchange.Outcome:
        verdict = component_health.now(self.current.view) if docker.running() else health.Verdict("Unknown")
        seconds = self.standing.seconds
        return {"status": "ok", "sync": "Synced", "health": verdict.health, "msg": "", "notes": [], "seconds": seconds}

    def _result(self, result: exchange.Outcome, changes: list[model.Change]) -> exchange.Outcome:
        """Under the component's own name, with what runs where, and what users get of it."""
        now = self.standing
        result = self._as_users_ask(result)
        notes = [*now.notes, *result["notes"]] if result["status"] != "ok" or now.active else result["notes"]
        return {
            **result,
            "name": self.spec["name"],
            "sync": decide.sync(result["sync"], self._traffic(), unsettled=now.unsettled),
            "changes": [change.as_dict() for change in self.current.view.told(changes)],
            "notes": notes,
            "seconds": {**result["seconds"], **now.seconds},
            "project": slots.project_name(self.spec, now.serving),
            "release": self._serving(),
        }

    def _as_users_ask(self, result: exchange.Outcome) -> exchange.Outcome:
        """That it answers at its own port is of no use to those who ask at the edge."""
        asks = self.release.get("asks", []) if self.standing.active and result["health"] == "Healthy" else []
        troubles = [why for _, why in users.troubles(asks)] if asks else []
        if not troubles:
            return result
        why = f"{'; '.join(troubles)}; look at: {users.LOOK}"
        return {**result, "health": "Degraded", "notes": [*result["notes"], why], "msg": result["msg"] or why}

    def _serving(self) -> exchange.Serving:
        now = self.standing
        held = now.held(now.active)
        previous = now.record["releases"].get(now.idle) or None
        found: exchange.Serving = {"slot": now.active, "image": held["image"], "config": held["config"], "previous": previous}
        if now.active and slots.are_asked(self.release):
            found["port"] = self.release["slots"][now.active]
        if self._asked is not None:
            found["verified"] = self._asked
        return found
