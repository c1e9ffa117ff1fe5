# SPDX-License-Identifier: GPL-3.0-or-later
"""One component as this host sees it: what is wanted, what was last applied, what was read, and the plan between them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .._kinds import compose, composed, kinds, model, paths, processes, units
from . import contents, desired, observe, planning, state, watched

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from .._watch import aspects
    from . import exchange
    from .host import Host


class View:
    """The steps of a component share one view; ``look_again`` renews the reading after something was changed."""

    def __init__(self, spec: documents.ComponentSpec, host: Host, idle: bool = False, last: remembered.Record | None = None) -> None:
        """``idle``: nothing of it served before, so taking it back starts nothing. ``last``: other than what is recorded."""
        self.spec = spec
        self.host = host
        self.idle = idle
        self.name: str = spec["name"]
        self.last = last or state.load(host.state_dir, self.name, host.notes)
        self.want = desired.resolve(spec, host.key, (host.check and host.installing) or self._brings_accounts())
        self.seen: observe.Reading = observe.read(spec, self.want, self.last, host)
        self.want = desired.begun(contents.located(self.want, self.seen, host.state_dir), self.seen.paths)
        self.watched: aspects.Watched | None = self._watch()
        self.plan = self.left = self._planned(self.last)
        self._doomed = self._bound_to_restart()
        #: as ``plan``, what was found at first
        self.projects: tuple[compose.Left, ...] = self.seen.left
        self.before = self._before()
        self._unremembered: remembered.Record | None = None
        self._refuse_unknown_units()
        self._refuse_links()

    def look_again(self) -> planning.Plan:
        """A new reading and the plan that is left; ``plan`` stays what was planned at first."""
        self.host.forget()
        self.seen = observe.read(self.spec, self.want, self.last, self.host)
        self.watched = self._watch()
        last: remembered.Record = {**self.last}
        if self.spec["compose"]:
            last["services"] = self.services_record()
        self.left = self._planned(last)
        return self.left

    def _planned(self, last: remembered.Record) -> planning.Plan:
        found = planning.plan(self.spec, self.want, self.seen, last, planning.strangers(self.spec, self.want), self.host.prune)
        found = planning.watching(found, self.watched) if self.watched else found
        return planning.without(found, self.unsettled(found.all()))

    def unsettled(self, changes: list[model.Change]) -> frozenset[model.Resource]:
        """What looks moved because a package is just being upgraded. An apply waits for that by itself."""
        moved = [change.resource for change in changes if change.origin == model.CORRECTIVE] if self.host.check else []
        return self.host.upgrading.concerned(moved)

    def _watch(self) -> aspects.Watched | None:
        return watched.look(self) if self.spec.get("watch") else None

    def _before(self) -> dict[str, remembered.Recorded]:
        """What had been there before a resource was first declared; nobody knows of one that an earlier version applied."""
        known = {**self.last["resources"], **self.last.get("before", {})}
        return {**self.last.get("before", {}), **dict(kinds.before(self.spec, self.seen.kinds, known))}

    def remember(self) -> None:
        """Before anything is changed: later nobody could tell any more what had been there."""
        if self.before != self.last.get("before", {}):
            self._unremembered, self.last = self.last, {**self.last, "before": self.before}
            state.save(self.host.state_dir, self.name, self.last)

    def unremember(self) -> None:
        """All is as it was, so what had been there can be seen again."""
        before, self._unremembered = self._unremembered, None
        if before is not None and before != state.empty():
            state.save(self.host.state_dir, self.name, before)
        elif before is not None:
            state.remove(self.host.state_dir, self.name)

    def settle(self) -> None:
        """What was put back was changed only now; who runs all the while has read nothing else."""
        record = state.load(self.host.state_dir, self.name)
        for consumer in self.consumers():
            loaded = record["loaded"].get(consumer.name)
            if loaded and "changed" in loaded and loaded["identity"] == consumer.identity:
                loaded["changed"] = max([loaded["changed"], *(os.stat(path).st_ctime for path in consumer.files if os.path.exists(path))])
        if record != state.empty():
            state.save(self.host.state_dir, self.name, record)

    def consumers(self) -> list[processes.Consumer]:
        return observe.consumers(self.spec, self.want, self.seen)

    def stale(self) -> list[tuple[processes.Consumer, str]]:
        """Running processes that are older than what they read, each with what has to be done."""
        found = []
        for consumer in self.consumers():
            consumer = self._excused(consumer)
            change = processes.plan(consumer, {}, self.last["loaded"].get(consumer.name), planning.reload_of(self.spec, consumer))
            doomed = bool(consumer.identity) and self._doomed.get(consumer.name) == consumer.identity
            if change or doomed:
                found.append((consumer, "restart" if doomed or not change else change.action))
        return found

    def _excused(self, consumer: processes.Consumer) -> processes.Consumer:
        """Owners and modes that were set by this very run say nothing about what was read."""
        ours = {change.name for change in self.plan.paths if not planning.rewrites(change)}
        return consumer._replace(changes={path: one for path, one in consumer.changes.items() if path not in ours})

    def _bound_to_restart(self) -> dict[str, str]:
        """Unit -> its start that ends: what is wrong with it may be gone by the time that it is looked at again."""
        planned = {change.name for change in self.plan.processes if change.action == "restart"}
        return {one.name: one.identity for one in self.consumers() if one.name in planned and one.kind == "unit"} if planned else {}

    def missing_images(self) -> list[str]:
        return [reference for reference, found in self.seen.images.items() if found is None]

    def lacking(self) -> list[exchange.Lacking]:
        """Contents that have to be brought before the plan can be carried out."""
        return contents.lacking(planning.files_to_write(self.want, self.plan.paths))

    def services_record(self) -> dict[str, Any]:
        project = self.spec["compose"]
        return compose.record(project, self.seen.services or {}, self.host.key) if project else {}

    def record(self) -> None:
        """The last step: from now on this is what was last applied."""
        loaded = {
            consumer.name: processes.loaded(consumer, self.last["loaded"].get(consumer.name))
            for consumer in self.consumers()
            if consumer.identity
        }
        loaded.update(kinds.kept(self.spec, self.seen.kinds))
        resources = {**self._staying(), **planning.resources(self.spec, self.want)}
        record: remembered.Record = {
            "version": state.VERSION,
            "resources": resources,
            "loaded": loaded,
            "services": self.services_record(),
            "health": self.spec["health"],
        }
        if self.spec["validate"]:
            record["validate"] = self.spec["validate"]
        if resources or self.spec.get("listens"):
            record["listens"] = self.spec.get("listens", [])
        if self.watched:
            record["kept"] = dict(self.watched.kept)
        before = {name: one for name, one in self.before.items() if name in resources}
        if before:
            record["before"] = before
        defined = {name: unit.newest for name, unit in self.seen.definitions.items() if unit.newest}
        if defined:
            record["defined"] = defined
        state.save(self.host.state_dir, self.name, record)

    def _staying(self) -> dict[str, remembered.Recorded]:
        """What is not declared any more and has not gone yet."""
        found = [str(change.resource) for change in self.left.leaving]
        return {name: self.last["resources"][name] for name in found if name in self.last["resources"]}

    def told(self, changes: list[model.Change]) -> list[model.Change]:
        """In the words of what is declared, or was."""
        return composed.told(changes, {**self.last["resources"], **kinds.values(self.spec)}, kinds.values(self.spec))

    def journal(self) -> str:
        """Where a change that was cut off would have left its journal."""
        return state.journal_of(self.host.state_dir, self.name)

    def formerly_applied(self) -> list[str]:
        """The paths of the last finished run."""
        return [path for kind, path in map(model.Resource.parse, self.last["resources"]) if kind == "path"]

    def _brings_accounts(self) -> bool:
        """Owners may be accounts that this very component is about to create."""
        bringing = ((kind, kinds.names(self.spec, kind)) for kind in kinds.concerned(self.spec, (), kinds.KINDS) if kind.ACCOUNTS)
        return any(len(self.host.look(kind, named)) < len(named) for kind, named in bringing)

    def _refuse_unknown_units(self) -> None:
        bringing = self.host.installing or any(change.action == "install" for change in self.plan.delegated)
        for name in self.spec["units"]:
            unit = self.seen.units.get(name, units.MISSING)
            ours = f"/etc/systemd/system/{name}" in self.want.files
            if unit.load == "not-found" and not ours and not bringing:
                raise model.ConvergeError(f"unit {name} does not exist on this host; declare the package or the file that brings it")

    def _refuse_links(self) -> None:
        """What lies behind a link in place of a declared directory would be gone from sight with the link."""
        for path, live in self.seen.paths.items():
            wanted = self.want.values.get(path)
            if wanted and wanted["kind"] == "directory" and live.value and live.value["kind"] == "link" and paths.holds_something(path):
                raise model.ConvergeError(_leads_elsewhere(path))


def _leads_elsewhere(path: str) -> str:
    import shlex  # only a refusal needs it

    real = os.path.realpath(path)
    there, here = shlex.quote(real), shlex.quote(path)
    return (
        f"{path} is declared as a directory, and a link to {real}, which is not empty, stands there: nothing was touched. "
        f"Declare {real} instead, or keep both names: rm {here} && mkdir {here} && mount --bind {there} {here} "
        "(and a line in /etc/fstab for the next boot)"
    )
