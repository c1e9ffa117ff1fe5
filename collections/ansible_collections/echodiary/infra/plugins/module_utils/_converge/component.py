# SPDX-License-Identifier: GPL-3.0-or-later
"""One component, one transaction: read, plan, validate, swap, make the processes follow, see that it is healthy, record."""

from __future__ import annotations

import os
import time
from typing import Any

from . import compose, desired, docker, health, model, planning, processes, reading, staging, state, units
from .host import Host
from .transaction import Transaction


class Converger:
    """Holds what the steps of one component share; every step is a method of a few lines."""

    def __init__(self, spec: dict[str, Any], host: Host) -> None:
        self.spec = spec
        self.host = host
        self.name: str = spec["name"]
        self.last = state.load(host.state_dir, self.name)
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        self._lap = time.monotonic()
        lenient = host.check and (host.installing or self._brings_accounts())
        self.want = desired.resolve(spec, host.key, lenient or self._brings_accounts())
        self.plan = self._look()
        self._clock("read")

    # -- looking ---------------------------------------------------------------------------------------------------

    def _look(self) -> planning.Plan:
        self.seen = reading.read(self.spec, self.want, self.last, self.host)
        found = planning.strangers(self.spec, self.want)
        return planning.plan(self.spec, self.want, self.seen, self.last, found)

    def _look_again(self) -> planning.Plan:
        self.host.forget()
        return self._look()

    def _brings_accounts(self) -> bool:
        """Owners may be accounts that this very component's users or packages are about to create."""
        missing = {name.partition("=")[0] for name in self.spec["packages"]} - set(self.host.packages())
        return bool(missing) or any(reading.users.observe(user["name"]) is None for user in self.spec["users"])

    def _refuse_unknown_units(self) -> None:
        bringing = self.host.installing or any(change.action == "install" for change in self.plan.hands)
        for name, unit in self.seen.units.items():
            ours = f"/etc/systemd/system/{name}" in self.want.files
            if unit.load == "not-found" and not ours and not (self.host.check and bringing):
                raise model.ConvergeError(f"unit {name} does not exist on this host; declare the package or the file that brings it")

    def _clock(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._lap, 3)
        self._lap = now

    # -- check mode ------------------------------------------------------------------------------------------------

    def check(self) -> dict[str, Any]:
        self._refuse_unknown_units()
        if self.plan.paths:
            lenient = self.host.installing or bool(self.plan.hands) or bool(self._missing_images())
            self.notes += staging.validate(self.spec["validate"], self.want.files, lenient)
            self._clock("validate")
        self._check_images()
        verdict = self._health_now()
        self._clock("health")
        self._announce()
        return self.result("ok", "OutOfSync" if self.plan.all() else self._sync_when_clean(), verdict)

    def _sync_when_clean(self) -> str:
        if self.seen.services is not None or not self.spec["compose"]:
            return "Synced"
        self.notes.append("Docker does not run here: containers could not be looked at")
        return "Unknown"

    def _missing_images(self) -> list[str]:
        return [reference for reference, found in self.seen.images.items() if found is None]

    def _check_images(self) -> None:
        """An image that no registry has is found out now and not in the middle of an apply."""
        if self.seen.services is None:
            return
        for reference in self._missing_images():
            said = docker.published(reference)
            if said and _says_unknown(said):
                raise model.ConvergeError(f"unknown image {reference} ({said}); correct the reference or push it")
            if said:
                self.notes.append(f"image {reference}: the registry could not be asked ({said[:100]})")

    def _announce(self) -> None:
        """Tell later components what this one is about to bring."""
        if any(change.action in ("install", "create") for change in self.plan.hands):
            self.host.installing = True
        if any(change.resource == "unit:docker.service" and change.action == "start" for change in self.plan.units):
            self.host.docker_coming = True

    # -- apply -----------------------------------------------------------------------------------------------------

    def needs(self) -> dict[str, Any] | None:
        """What the controller has to do first, with the modules that do it best."""
        if not self.plan.hands:
            return None
        named = {change.resource for change in self.plan.hands}
        return {
            "packages": [name for name in self.spec["packages"] if f"package:{name.partition('=')[0]}" in named],
            "users": [user for user in self.spec["users"] if f"user:{user['name']}" in named],
            "sysctl": {key: value for key, value in self.spec["sysctl"].items() if f"sysctl:{key}" in named},
        }

    def apply(self) -> dict[str, Any]:
        self._refuse_unknown_units()
        transaction = Transaction(self.host.state_dir, self.name)
        interrupted = transaction.recover()
        planned = self.plan
        if not planned.acting() and not interrupted:
            return self._settle_unchanged()
        self._prepare()
        try:
            self._act(transaction)
            verdict = self._wait_healthy()
            if verdict.health != "Healthy":
                raise model.ConvergeError(f"not healthy after {self._deadline():.0f} s: {verdict.why}")
            self._verify()
        except (model.ConvergeError, OSError) as error:
            return self._take_back(transaction, planned, error)
        transaction.commit()
        self._record()
        self.plan = planned
        return self.result("changed" if planned.acting() else "ok", self._sync_after(), verdict)

    def _settle_unchanged(self) -> dict[str, Any]:
        verdict = health.wait(self._health_now, 3.0)
        self._clock("health")
        self._record()
        if verdict.health in ("Healthy", "Progressing"):
            return self.result("ok", self._sync_after(), verdict)
        # nothing of ours to take back, and the components after this one may be what tells somebody about it
        return self.result("ok", self._sync_after(), verdict, f"in sync but {verdict.health}: {verdict.why}{self._log_tail()}")

    def _prepare(self) -> None:
        """All that can fail without having touched anything."""
        compose.pull(self._missing_images())
        self._clock("pull")
        if self.plan.paths:
            staging.validate(self.spec["validate"], self.want.files, lenient=False)
            self._clock("validate")

    def _act(self, transaction: Transaction) -> None:
        self._swap(transaction)
        if any(change.resource.startswith("file:/etc/systemd/system/") for change in self.plan.paths):
            units.must(["systemctl", "daemon-reload"])
        for change in self.plan.units:
            units.apply(change, self.seen.units[change.resource.partition(":")[2]])
        if self.plan.services:
            paused = [container for found in (self.seen.services or {}).values() for container in found if container.state == "paused"]
            compose.up(self.spec["compose"], paused)
        self._clock("apply")
        self._freshen()
        self._clock("apply")

    def _swap(self, transaction: Transaction) -> None:
        changes = self.plan.paths
        by_action = {change.resource.partition(":")[2]: change for change in changes}
        removals = [path for path, change in by_action.items() if change.action == "remove"]
        for path in removals:
            if os.path.isdir(path) and not os.path.islink(path):
                transaction.keep_tree(path)
        wanted = {path: self.want.values[path] for path in by_action if path in self.want.values}
        writing = planning.files_to_write(self.want, changes)
        transaction.apply(
            files=writing,
            attributes={path: value for path, value in wanted.items() if value["kind"] == "file" and path not in writing},
            directories={path: value for path, value in wanted.items() if value["kind"] == "directory"},
            links={path: value["target"] for path, value in wanted.items() if value["kind"] == "link"},
            removals=removals,
        )

    def _freshen(self) -> None:
        """Every process that is now older than what it reads reloads or restarts: decided by looking, not by remembering."""
        self._look_again()
        for consumer in reading.consumers(self.spec, self.want, self.seen):
            change = processes.plan(consumer, {}, self.last["loaded"].get(consumer.name), planning.reload_of(self.spec, consumer))
            if change:
                self._refresh(consumer, change.action)
        self._look_again()

    def _refresh(self, consumer: processes.Consumer, how: str) -> None:
        if consumer.kind == "unit":
            units.restart(consumer.name, how)
            return
        container = (self.seen.services or {})[consumer.name][0]
        if how == "restart":
            compose.restart(container)
            return
        entry = planning.reload_of(self.spec, consumer)
        assert entry is not None
        if entry.signal:
            compose.kill(container, entry.signal)
            return
        answer = health.http.request("POST", entry.url, 30)
        if answer.status != 200:
            raise model.ConvergeError(f"{consumer.name} refuses to reload ({answer.status}): {answer.text[:500].strip()}")

    def _verify(self) -> None:
        """Trust nothing: look again and see that nothing is left to do."""
        left = [change for change in self._look_without_stale() if change.action != "report"]
        if left:
            first = left[0]
            raise model.ConvergeError(f"{first.resource} is still not as declared after apply ({first.action} {first.fields or first.why})")

    def _look_without_stale(self) -> list[model.Change]:
        plan = self._look_again()
        fresh = {**self.last, "services": self._services_record()}
        services = planning.plan(self.spec, self.want, self.seen, fresh, []).services
        return [*plan.hands, *plan.paths, *plan.units, *services]

    def _take_back(self, transaction: Transaction, planned: planning.Plan, error: Exception) -> dict[str, Any]:
        """Previous files, previous processes; the first error stays the one that is told."""
        logs = self._log_tail()
        project = self.spec["compose"]
        if project and planned.services and not transaction.previously_existed(project["file"]) and not self.last["services"]:
            compose.down(project)
        failures = transaction.take_back()
        try:
            self._restore_processes(planned)
        except (model.ConvergeError, OSError) as second:
            failures.append(str(second))
        back = "taken back" if not failures else "taking back was incomplete (" + "; ".join(failures) + ")"
        self.plan = planned
        verdict = health.Verdict("Unknown")
        if not failures:
            verdict = health.wait(self._health_now, 15.0) if self.last["resources"] else self._health_now()
            back += f"; the previous state is {verdict.health}" if self.last["resources"] else ""
        self._clock("take_back")
        return self.result("taken_back", "OutOfSync", verdict, f"{_reason(error)}; {back}{logs}")

    def _restore_processes(self, planned: planning.Plan) -> None:
        if any(change.resource.startswith("file:/etc/systemd/system/") for change in planned.paths):
            units.must(["systemctl", "daemon-reload"])
        for change in planned.units:
            reverse = {"start": "stop", "stop": "start", "enable": "disable", "disable": "enable"}.get(change.action)
            if reverse and change.origin != model.CORRECTIVE:
                units.run(["systemctl", reverse, change.resource.partition(":")[2]], timeout=120)
        if planned.services and os.path.exists(self.spec["compose"]["file"]):
            compose.up(self.spec["compose"], [])
        for change in planned.processes:
            name = change.resource.partition(":")[2]
            if name in self.spec["units"]:
                units.restart(name, "restart")
            else:
                for container in compose.read(self.spec["compose"]).get(name, []):
                    compose.restart(container)
        self.host.forget()

    # -- health ----------------------------------------------------------------------------------------------------

    def _deadline(self) -> float:
        return health.deadline_of(self.spec["health"])

    def _wait_healthy(self) -> health.Verdict:
        began = time.monotonic()

        def look() -> health.Verdict:
            verdict = self._health_now()
            unproven = not self.spec["health"] and (self.spec["units"] or self.spec["compose"])
            if verdict.health == "Healthy" and unproven and time.monotonic() - began < health.SETTLE:
                return health.Verdict("Progressing", "has to stay up a little")
            return verdict

        verdict = health.wait(look, self._deadline())
        self._clock("health")
        return verdict

    def _health_now(self) -> health.Verdict:
        """Processes first: a probe says little about something that does not run."""
        if self.spec["compose"] and not docker.running():
            return health.Verdict("Missing" if not self.last["services"] else "Unknown", "Docker does not run here")
        found = {f"unit {name}": units.health(spec, unit) for name, spec in self.spec["units"].items() for unit in [self._unit(name)]}
        if self.spec["compose"]:
            live = compose.read(self.spec["compose"])
            found.update({f"container {name}": value for name, value in compose.health(self.spec["compose"], live).items()})
        verdict = model.worst(list(found.values()))
        if verdict != "Healthy":
            return health.Verdict(verdict, ", ".join(f"{name} is {value}" for name, value in found.items() if value != "Healthy"))
        return health.once(self.spec["health"])

    def _unit(self, name: str) -> units.Unit:
        if not self.host.check:
            self.host.forget()
        return self.host.units().get(name, units.MISSING)

    def _log_tail(self) -> str:
        tails = []
        for name in self.spec["units"]:
            tails.append((name, units.log_tail(name)))
        if self.spec["compose"] and docker.running():
            for name, found in compose.read(self.spec["compose"]).items():
                tails += [(name, docker.log_tail(container.id)) for container in found]
        return "".join(f"\n--- last lines of {name}\n{text}" for name, text in tails if text)

    # -- the record ------------------------------------------------------------------------------------------------

    def _services_record(self) -> dict[str, Any]:
        project = self.spec["compose"]
        return compose.record(project, self.seen.services or {}) if project else {}

    def _record(self) -> None:
        alive = [consumer for consumer in reading.consumers(self.spec, self.want, self.seen) if consumer.identity]
        record = {
            "version": state.VERSION,
            "resources": planning.resources(self.spec, self.want),
            "loaded": {consumer.name: processes.loaded(consumer) for consumer in alive},
            "services": self._services_record(),
        }
        state.save(self.host.state_dir, self.name, record)

    def _sync_after(self) -> str:
        return "OutOfSync" if any(change.action == "report" for change in self.plan.paths) else "Synced"

    def result(self, status: str, sync: str, verdict: health.Verdict, msg: str = "") -> dict[str, Any]:
        changes = self.plan.all() if self.host.check else [c for c in self.plan.all() if status != "ok" or c.action == "report"]
        if verdict.health not in ("Healthy", "Missing") and verdict.why and not msg:
            self.notes.append(verdict.why)
        return {
            "name": self.name,
            "status": status,
            "sync": sync,
            "health": verdict.health,
            "msg": msg,
            "changes": [change.as_dict() for change in changes],
            "notes": self.notes,
            "seconds": self.seconds,
        }


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'the host'}: {error.strerror}"
    return str(error)


def _says_unknown(said: str) -> bool:
    """A registry that has no such image, as opposed to one that cannot be reached."""
    return any(word in said.lower() for word in ("not found", "manifest unknown", "name unknown", "does not exist", "denied"))


def failed(name: str, error: Exception) -> dict[str, Any]:
    """The result of a component that was refused before anything was touched."""
    return {
        "name": name, "status": "failed", "sync": "Unknown", "health": "Unknown", "msg": _reason(error),
        "changes": [], "notes": [], "seconds": {},
    }  # fmt: skip
