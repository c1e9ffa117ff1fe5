# SPDX-License-Identifier: GPL-3.0-or-later
"""A component in two slots: what needs a new process starts in the slot that rests, and gets the traffic once it is well.

Everything about one slot is an ordinary component bound to it (slots.bind). What is compared with git is the slot that
serves. Small things (a file's mode, a container that somebody stopped) are put right there; whatever would replace or restart
the serving container is rolled: the other slot is brought up as declared, HAProxy moves over, the old one rests as it was.
"""

from __future__ import annotations

import time
from typing import Any

from .._converge import component_health, contents, health, occupied, state
from .._converge.component import Converger
from .._converge.host import Host
from .._host import docker, haproxy
from .._kinds import compose, documents, model
from . import declared, idle_slot, images, slots, traffic, trial

RESTARTED, PREVIOUS = "restarted", "previous"


class Roller:
    """The same doors as a Converger: check, needs, waiting, apply."""

    def __init__(self, spec: documents.RolledSpec, host: Host) -> None:
        self.spec, self.host = spec, host
        self.release: documents.ReleaseSpec = spec["release"]
        self.edge: haproxy.EdgeSpec = self.release["haproxy"]
        self.asked: list[str] | None = None
        self.names = list(self.release["slots"])
        self.record = slots.load(host.state_dir, spec["name"], host.notes)
        self.notes: list[str] = []
        self.unsettled = False
        self.seconds: dict[str, float] = {}
        self._lap = time.monotonic()
        self.servers = self._servers()
        self.live = self._live()
        self.running = {slot: idle_slot.runs(live) for slot, live in self.live.items()}
        self.active = slots.serving(self.names, self.record, self.servers, self.running)
        self.serving = self.active or self.names[0]
        self.idle = slots.other(self.names, self.serving)
        if self.live:
            host.containers[slots.project_name(spec, self.serving)] = self.live[self.serving]
        self.current = self.latest = Converger(slots.bind(spec, self.serving), host)
        self._clock("read")

    # -- looking ---------------------------------------------------------------------------------------------------

    def _servers(self) -> dict[str, haproxy.Server] | None:
        try:
            return haproxy.servers(self.edge)
        except haproxy.HaproxyError as error:
            self.notes.append(str(error))
            return None

    def _live(self) -> dict[str, idle_slot.Live]:
        """The containers of each slot; nothing where the engine does not run."""
        return {slot: compose.read(slots.project(self.spec, slot)) for slot in self.names} if docker.running() else {}

    def changes(self) -> list[model.Change]:
        """Everything that differs from git on this host, in the order in which it is put right."""
        found = list(self.current.view.plan.all())
        if self.rolls():
            why = "rolled, so that no request is lost" if self.active else ""
            origin = model.merged_origin([change.origin for change in found])
            found.append(
                model.Change(model.Resource("traffic", self.edge["backend"]), "switch", origin, {"slot": [self.active, self.idle]}, why=why)
            )
        elif self.active and self.servers is not None:
            found += traffic.plan(self.edge, self.servers, self.active, self._origin_of_traffic())
        found += self.current.unfinished
        if self.active and self.running.get(self.idle) and not self.rolls():
            found.append(
                model.Change(model.Resource("slot", self.idle), "stop", self._origin_of_traffic(), {"state": ["running", "resting"]})
            )
        return found if self.rolls() else [*found, *self._plan_idle()]

    def _plan_idle(self) -> list[model.Change]:
        """What rests has to be able to serve again."""
        fields = self._idle_trouble(self.live.get(self.idle, {})) if self.live else {}
        if not fields:
            return []
        change = model.Change(model.Resource("slot", self.idle), "update", model.CORRECTIVE, fields, why="what rests there could not start")
        try:
            occupied.refuse(idle_slot.in_the_way(slots.project(self.spec, self.idle), self.live[self.idle], self._idle_services()))
        except model.ConvergeError as error:
            return [change._replace(action="report", why=str(error))]
        return [change]

    def _idle_trouble(self, live: idle_slot.Live) -> dict[str, list[Any]]:
        """Nothing where the slot holds no release."""
        if not self.active or self.idle not in self.record["releases"]:
            return {}
        lost = idle_slot.trouble(live, self._idle_services())
        return lost or ({"image": ["gone", self.record["releases"][self.idle]["image"]]} if idle_slot.image_gone(live) else {})

    def _idle_services(self) -> idle_slot.Services:
        services: idle_slot.Services = state.load(self.host.state_dir, slots.name_in(self.spec["name"], self.idle), self.host.notes)[
            "services"
        ]
        return services

    def _origin_of_traffic(self) -> str:
        """A slot that a run, killed or still going on, has on trial is nobody's hand."""
        on_trial = self.record["trial"]
        if on_trial:
            self._note(f"slot {on_trial} is on trial: a run gave it a share of the requests and has not ended; converge takes it out")
        return model.PENDING if on_trial else model.CORRECTIVE

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def rolls(self) -> bool:
        """Would putting it right replace or restart the container that serves?"""
        if not self.active:
            return False
        if self.release["state"] == RESTARTED:
            return True
        plan, last, wanted = self.current.view.plan, self.current.view.last["services"], self.spec["compose"]["services"]
        for change in plan.services:
            service = change.name
            same = _digest(last.get(service)) == _digest(wanted.get(service))
            if change.resource.kind == "service" and (change.action == "update" or (change.action in ("create", "start") and not same)):
                return True
        return any(change.action == "restart" and change.resource.kind == "process" for change in plan.processes)

    # -- check mode ------------------------------------------------------------------------------------------------

    def check(self) -> documents.Outcome:
        if self.release["state"] == PREVIOUS:
            return self._result({**self._quiet(), "sync": "OutOfSync"}, [self._back_change()])
        self._refuse_occupied()
        result = self.current.check()
        changes = self.changes()
        if changes:
            result["sync"] = "OutOfSync"
        return self._result(result, changes)

    # -- apply -----------------------------------------------------------------------------------------------------

    def needs(self) -> documents.Needs | None:
        """Packages and the like, leave to roll, and the schema: a release that brings its own image is migrated for first."""
        if self.release["state"] == PREVIOUS:
            return None
        self._refuse_occupied()
        needs = self.current.needs()
        if not needs and self.rolls() and not self.release["permitted"]:
            return {"roll": True}
        lacking = contents.lacking_in(slots.bind(self.spec, self.idle), self.host.state_dir) if self.rolls() and not needs else []
        if lacking:
            return {"contents": lacking}
        if needs or not self._brings_image():
            return needs
        prepared = images.prepare(self.spec, self.current.view.want.files, self.serving, self.host.state_dir)
        running = self._held(self.active)["image"]
        return {"migrate": {"directory": prepared["directory"], "image": prepared["image"], "running": running}}

    def afterwards(self) -> documents.Needs | None:
        """Of the slot that serves now; what the other one was applied with may still be needed, for a rollback."""
        return self.latest.afterwards()

    def _brings_image(self) -> bool:
        if not self.release["migrate"] or self.release["migrated"]:
            return False
        if not self.active:
            return bool(self.current.view.plan.services)
        return self.rolls() and self._held(self.active)["image"] != self.release["image"]

    def _refuse_occupied(self) -> None:
        """A roll brings up the other slot: whoever has its name is found out before anything is promised, or migrated."""
        occupied.refuse(self.current.view.seen.occupied)
        if self.rolls():
            live = self.live.get(self.idle, {})
            bound: documents.ProjectSpec = {**self.spec["compose"], **slots.project(self.spec, self.idle)}
            occupied.refuse(occupied.look(bound, [name for name in bound["services"] if not live.get(name)]))

    def waiting(self) -> documents.Outcome:
        return self._result({**self._quiet(), "status": "needs", "sync": "OutOfSync"}, self.changes())

    def apply(self) -> documents.Outcome:
        if self.release["state"] == PREVIOUS:
            return self._go_back()
        changes = self.changes()
        if self.rolls():
            return self._roll(changes)
        result = self.current.apply()
        if result["health"] != "Healthy":
            # whoever else serves may be all there is: traffic stays as it is until this slot is well
            return self._result({**result, "sync": "OutOfSync" if changes else result["sync"]}, self.current.view.plan.all())
        if result["status"] in ("ok", "changed"):
            self._settle(self.serving)
            if result["status"] == "changed" and self.servers is not None:
                # what was only just started may count as down for HAProxy for another moment
                traffic.let_in(self.edge, self.serving)
            changes = self._mend_idle(changes)
            acted = any(change.action != "report" for change in changes)
            result["status"] = "changed" if acted else result["status"]
        return self._result(result, changes)

    def _roll(self, changes: list[model.Change]) -> documents.Outcome:
        """The other slot as declared, then the traffic. Until that has moved, the slot that serves is not touched."""
        if self.running.get(self.idle):
            self._take_out(self.idle)
        fresh = self.latest = Converger(slots.bind(self.spec, self.idle), self.host, resting=True)
        outcome = self._bring_up(fresh)
        self.seconds = outcome["seconds"]
        if outcome["status"] not in ("ok", "changed") or outcome["health"] != "Healthy":
            return self._still(changes, outcome["msg"] or f"slot {self.idle} is {outcome['health']}", fresh)
        try:
            self._verify(self.idle)
            self._move(self.idle)
        except model.ConvergeError as error:
            return self._still(changes, str(error), fresh, component_health.log_tail(fresh.view))
        if not self.unsettled and self._idle_trouble(compose.read(slots.project(self.spec, self.idle))):
            self._make_idle_anew()
        return self._result({**outcome, "status": "changed", "sync": "Synced"}, changes)

    def _verify(self, slot: str) -> None:
        """The declared requests, before the first one of a user."""
        wanted = self.release.get("requests")
        if wanted is None:
            return
        if not wanted:
            self._note("not verified: no requests declared")
        why = declared.first_trouble(wanted, self.release["slots"][slot])
        self._clock("verify")
        if why:
            # nobody's request is in there, and what hangs would have it wait out its grace period
            docker.kill_all(slots.project_name(self.spec, slot))
            raise model.ConvergeError(f"the release in slot {slot} was given no request of a user: {why}")
        self.asked = [one["name"] for one in wanted]

    def _bring_up(self, fresh: Converger) -> documents.Outcome:
        """From the first change on, the idle slot no longer holds what the record says; what was taken back, it holds again."""
        held = self.record["releases"].pop(self.idle, None)
        self._save()
        outcome: documents.Outcome = {"status": "failed"}
        try:
            outcome = fresh.apply()
        finally:
            if held and outcome["status"] not in ("ok", "changed"):
                self.record["releases"][self.idle] = held
                self._save()
        return outcome

    def _go_back(self) -> documents.Outcome:
        """What rests in the other slot serves again: as it was left, whatever git says now."""
        held = idle_slot.holds(self.spec, self.record, self.idle, self.release["expect"])
        project, changes = slots.project(self.spec, self.idle), [self._back_change()]
        self._lap = time.monotonic()
        try:
            record = state.load(self.host.state_dir, slots.name_in(self.spec["name"], self.idle), self.host.notes)
            idle_slot.start(project, record["services"], held["image"])
            self._clock("start")
            idle_slot.wait_until_well(project, self.release, record)
            self._clock("health")
            self._move(self.idle)
        except model.ConvergeError as error:
            msg = f"{error}{idle_slot.log_tail(project)}"
            compose.stop(project)
            return self._failed(changes, f"slot {self.serving} still serves: {msg}")
        sync = "Synced" if held == self._wanted() else "OutOfSync"
        return self._result({**self._quiet(), "status": "changed", "sync": sync, "health": "Healthy"}, changes)

    def _back_change(self) -> model.Change:
        held = idle_slot.holds(self.spec, self.record, self.idle, self.release["expect"])
        now = self._held(self.active)
        fields = {
            "slot": [self.active, self.idle],
            "image": [now["image"], held["image"]],
            "config": [now["config"], held["config"]],
        }
        return model.Change(
            model.Resource("traffic", self.edge["backend"]), "switch", model.PENDING, fields, why="back to the previous release"
        )

    # -- traffic ---------------------------------------------------------------------------------------------------

    def _move(self, to: str) -> None:
        """From here on a killed run is finished by the next one, whichever step it was at."""
        old = slots.other(self.names, to)
        if self.release.get("steps") and self.active:
            self._try(old, to)
        self.record.update({"active": self.active, "next": to, "trial": ""})
        self._save()
        try:
            traffic.let_in(self.edge, to)
        except model.ConvergeError:
            traffic.correct(self.edge, old, [to])
            self.record["next"] = ""
            self._save()
            raise
        self._clock("let_in")
        self._arrived(to)
        try:
            self._leave(old)
        except model.ConvergeError as error:
            # the new slot serves, so this is no failure to be taken back: it is told, and the next run puts it right
            self.unsettled = True
            self.notes.append(f"slot {old} was left but does not rest yet ({error}); the next converge sees to it")

    def _try(self, old: str, to: str) -> None:
        """Until it was seen through, the old slot is the one that serves: a run that is killed here is undone by the next."""
        self.record.update({"active": self.active, "next": "", "trial": to})
        self._save()
        projects = {slot: slots.project(self.spec, slot) for slot in self.names}
        place = trial.Place(self.edge, to, old, projects, self.release["service"], self.release["slots"][to])
        why = trial.run(place, trial.Wish.of(self.release))
        self._clock("trial")
        if why:
            self.record["trial"] = ""
            self._save()
            raise model.ConvergeError(f"the release in slot {to} was put out: {why}")

    def _leave(self, old: str) -> None:
        left = traffic.drain(self.edge, old, self.release["drain"])
        self._clock("drain")
        if left:
            deadline = f"{self.release['drain']:.0f} s"
            self.notes.append(f"{left} requests were still in flight in slot {old} after {deadline}; it had its grace period")
        self._rest(old)
        self._clock("stop")

    def _arrived(self, slot: str) -> None:
        held = self.record["releases"][slot] if self.release["state"] == PREVIOUS else self._wanted()
        self.record.update({"active": slot, "next": "", "trial": ""})
        self.record["releases"][slot] = held
        self.record["images"] = images.keep(self.spec["name"], [held["image"], *self.record["images"]], self.release["keep"])
        self._save()
        self.active, self.serving, self.idle = slot, slot, slots.other(self.names, slot)

    def _held(self, slot: str) -> documents.Held:
        return self.record["releases"].get(slot) or {"image": "", "config": ""}

    def _wanted(self) -> documents.Held:
        return {"image": self.release["image"], "config": self.release["config"]}

    def _rest(self, slot: str) -> None:
        haproxy.tell(self.edge, slot, haproxy.MAINT)
        compose.stop(slots.project(self.spec, slot))

    def _take_out(self, slot: str) -> None:
        """Left over from a killed run: it may still answer requests."""
        traffic.drain(self.edge, slot, self.release["drain"])
        self._rest(slot)

    def _mend_idle(self, changes: list[model.Change]) -> list[model.Change]:
        """What rests is made anew as planned. That this fails is no failure of what serves: it is told, and tried again."""
        ours = next((change for change in changes if change.resource == ("slot", self.idle) and change.action != "stop"), None)
        if not ours or (ours.action == "update" and self._make_idle_anew()):
            return changes
        self.unsettled = True
        return [change._replace(action="report") if change is ours else change for change in changes]

    def _make_idle_anew(self) -> bool:
        try:
            idle_slot.make_anew(slots.project(self.spec, self.idle), self._idle_services(), self.record["releases"][self.idle]["image"])
        except model.ConvergeError as error:
            self.unsettled = True
            self.notes.append(f"what rests in slot {self.idle} could not start, and is not made anew: {error}")
        return not self.unsettled

    def _settle(self, slot: str) -> None:
        """The slot that serves was put right in place: nobody else gets requests, and the record says so."""
        if self.servers is not None and traffic.plan(self.edge, self.servers, slot, model.CORRECTIVE):
            traffic.correct(self.edge, slot, [self.idle])
        held = self.record["releases"].get(slot)
        if self.record["active"] != slot or self.record["next"] or self.record["trial"] or held != self._wanted():
            self._arrived(slot)
        if self.running.get(self.idle):
            self._take_out(self.idle)

    # -- answers ---------------------------------------------------------------------------------------------------

    def _still(self, changes: list[model.Change], msg: str, fresh: Converger, logs: str = "") -> documents.Outcome:
        """The new slot is not well: it rests again, and what served goes on serving."""
        if idle_slot.runs(compose.read(slots.project(self.spec, self.idle))):
            compose.stop(slots.project(self.spec, self.idle))
        fresh.view.host.forget()
        return self._failed(changes, f"{msg}; slot {self.serving} was not touched and serves{logs}")

    def _failed(self, changes: list[model.Change], msg: str) -> documents.Outcome:
        verdict = component_health.now(self.current.view)
        outcome: documents.Outcome = {**self._quiet(), "status": "taken_back", "sync": "OutOfSync", "health": verdict.health, "msg": msg}
        return self._result(outcome, changes)

    def _quiet(self) -> documents.Outcome:
        verdict = component_health.now(self.current.view) if docker.running() else health.Verdict("Unknown")
        return {"status": "ok", "sync": "Synced", "health": verdict.health, "msg": "", "notes": [], "seconds": self.seconds}

    def _result(self, result: documents.Outcome, changes: list[model.Change]) -> documents.Outcome:
        """Under the component's own name, with what runs where."""
        held = self.record["releases"]
        now = self._held(self.active)
        release: documents.Serving = {
            "slot": self.active,
            "image": now["image"],
            "config": now["config"],
            "previous": held.get(self.idle) or None,
        }
        if self.active:
            release["port"] = self.release["slots"][self.active]
        if self.asked is not None:
            release["verified"] = self.asked
        shown = [change.as_dict() for change in self.current.view.told(changes)]
        notes = [*self.notes, *result["notes"]] if result["status"] != "ok" or self.active else result["notes"]
        return {
            **result,
            "name": self.spec["name"],
            "sync": self._sync(result["sync"]),
            "changes": shown,
            "notes": notes,
            "seconds": {**result["seconds"], **self.seconds},
            "project": slots.project_name(self.spec, self.serving),
            "release": release,
        }

    def _sync(self, found: str) -> str:
        """Traffic that could not be looked at is not in sync; a slot that was not put to rest is out of it."""
        if self.unsettled:
            return "OutOfSync"
        return "Unknown" if found == "Synced" and self.active and self.servers is None else found

    def _save(self) -> None:
        slots.save(self.host.state_dir, self.spec["name"], self.record)

    def _clock(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step] = round(now - self._lap, 3)
        self._lap = now


def _digest(service: documents.AppliedService | documents.ServiceSpec | None) -> str:
    return service["digest"] if service else ""
