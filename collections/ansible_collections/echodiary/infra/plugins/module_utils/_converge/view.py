# SPDX-License-Identifier: GPL-3.0-or-later
"""One component as this host sees it: what is wanted, what was last applied, what was read, and the plan between them."""

from __future__ import annotations

import os
from typing import Any

from . import compose, contents, desired, model, paths, planning, processes, reading, state, users
from .host import Host


class View:
    """The steps of a component share one view; ``look_again`` renews the reading after something was changed."""

    def __init__(self, spec: dict[str, Any], host: Host, resting: bool = False) -> None:
        """``resting``: nothing of it served before, so taking it back starts nothing."""
        self.spec = spec
        self.host = host
        self.resting = resting
        self.name: str = spec["name"]
        self.last = state.load(host.state_dir, self.name, host.notes)
        self.want = desired.resolve(spec, host.key, (host.check and host.installing) or self._brings_accounts())
        self.seen: reading.Reading = reading.read(spec, self.want, self.last, host)
        self.want = contents.located(self.want, self.seen, host.state_dir)
        self.plan = planning.plan(spec, self.want, self.seen, self.last, planning.strangers(spec, self.want))
        self._refuse_unknown_units()
        self._refuse_links()

    def look_again(self) -> planning.Plan:
        """A new reading and the plan that is left; ``plan`` stays what was planned at first."""
        self.host.forget()
        self.seen = reading.read(self.spec, self.want, self.last, self.host)
        last = {**self.last, "services": self.services_record()}
        return planning.plan(self.spec, self.want, self.seen, last, planning.strangers(self.spec, self.want))

    def consumers(self) -> list[processes.Consumer]:
        return reading.consumers(self.spec, self.want, self.seen)

    def stale(self) -> list[tuple[processes.Consumer, str]]:
        """Running processes that are older than what they read, each with what has to be done."""
        found = []
        for consumer in self.consumers():
            change = processes.plan(consumer, {}, self.last["loaded"].get(consumer.name), planning.reload_of(self.spec, consumer))
            if change:
                found.append((consumer, change.action))
        return found

    def missing_images(self) -> list[str]:
        return [reference for reference, found in self.seen.images.items() if found is None]

    def lacking(self) -> list[dict[str, Any]]:
        """Contents that have to be brought before the plan can be carried out."""
        return contents.lacking(planning.files_to_write(self.want, self.plan.paths))

    def services_record(self) -> dict[str, Any]:
        project = self.spec["compose"]
        return compose.record(project, self.seen.services or {}) if project else {}

    def record(self) -> None:
        """The last step: from now on this is what was last applied."""
        loaded = {consumer.name: processes.loaded(consumer) for consumer in self.consumers() if consumer.identity}
        resources = planning.resources(self.spec, self.want)
        record = {
            "version": state.VERSION,
            "resources": resources,
            "loaded": loaded,
            "services": self.services_record(),
            "health": self.spec["health"],
            **({"validate": self.spec["validate"]} if self.spec["validate"] else {}),
        }
        state.save(self.host.state_dir, self.name, record)

    def journal(self) -> str:
        """Where a change that was cut off would have left its journal."""
        return state.journal_of(self.host.state_dir, self.name)

    def formerly_applied(self) -> list[str]:
        """The paths of the last finished run."""
        return [name.partition(":")[2] for name in self.last["resources"] if name.startswith("path:")]

    def _brings_accounts(self) -> bool:
        """Owners may be accounts that this very component's users or packages are about to create."""
        missing = {name.partition("=")[0] for name in self.spec["packages"]} - set(self.host.packages())
        return bool(missing) or any(users.observe(user["name"]) is None for user in self.spec["users"])

    def _refuse_unknown_units(self) -> None:
        bringing = self.host.installing or any(change.action == "install" for change in self.plan.hands)
        for name, unit in self.seen.units.items():
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
