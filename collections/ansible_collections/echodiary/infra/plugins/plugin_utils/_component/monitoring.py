# SPDX-License-Identifier: GPL-3.0-or-later
"""``component_monitoring()`` of templates: how the components of all hosts want to be watched, as each role's ``monitoring.yml`` says.

Nothing is read before a template asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from .._common.errors import SpecError
from . import source as sources
from . import watched

if TYPE_CHECKING:
    from .roster import Host, Roster

display = Display()

_SILENT = (
    "no host of the inventory has components, so none of them is watched: nothing is scraped there, and no rules come but those of this "
    "host's own; set components for each host or group, as in docs/components.md"
)


class Monitoring:
    """For one host that watches; what it read is kept for its next template."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._watched: watched.Watched | None = None

    def variables(self) -> dict[str, Any]:
        return {"component_monitoring": self.told}

    def told(self, probes: Iterable[Mapping[str, str]] = ()) -> dict[str, Any]:
        """``probes``: further ones, with ``instance`` and ``url``."""
        self._watched = self._watched or self._read()
        return watched.seen(self._watched, [watched.Probe(str(one["instance"]), str(one["url"])) for one in probes])

    def _read(self) -> watched.Watched:
        if self._roster.silent:
            display.warning(_SILENT)
        of_hosts: dict[str, dict[str, watched.Spec]] = {name: {} for name in self._roster.names()}
        for host, source, entry in self._roster.listed():
            if os.path.isfile(os.path.join(source.path, watched.FILE)):
                of_hosts[host.name][entry.component] = self.spec(host, source)
        found = [(name, self._roster.entries(name), specs) for name, specs in of_hosts.items()]
        return watched.together([one for name, entries, specs in found for one in watched.of_host(name, entries, specs)])

    def spec(self, host: Host, source: sources.Source) -> watched.Spec:
        """Of one component, which has to have the file."""
        try:
            given = sources.read(self._roster.loader, os.path.join(source.path, watched.FILE))
            where = f"{source.name}/{watched.FILE}"
            own = self._roster.rendered(host, source, {key: value for key, value in given.items() if key != "failing"}, where)
            # One expression judges all hosts, so it is by the values of the one that watches, as rules are.
            judging = self._roster.rendered(self._roster.here, source, {key: given[key] for key in given if key == "failing"}, where)
            return watched.checked(source.name, {**own, **judging})
        except SpecError as error:
            raise SpecError(f"host {host.name}: {error}") from error
