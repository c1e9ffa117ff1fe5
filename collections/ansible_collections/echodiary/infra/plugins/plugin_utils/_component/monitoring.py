# SPDX-License-Identifier: GPL-3.0-or-later
"""``component_monitoring()`` of templates: how the components of all hosts want to be watched, as each role's ``monitoring.yml`` says.

Nothing is read before a template asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._common.errors import SpecError
from . import source as sources
from . import watched

if TYPE_CHECKING:
    from .roster import Entry, Host, Roster


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
        found = [(name, *self._of(self._roster.host(name))) for name in self._roster.names()]
        return watched.together([one for name, entries, specs in found for one in watched.of_host(name, entries, specs)])

    def _of(self, host: Host) -> tuple[list[Entry], dict[str, watched.Spec]]:
        entries = self._roster.entries(host.name)
        return entries, {
            entry.component: self._spec(host, entry) for entry in entries if os.path.isfile(os.path.join(entry.path, watched.FILE))
        }

    def _spec(self, host: Host, entry: Entry) -> watched.Spec:
        source = self._roster.source(host, entry.component)
        try:
            given = sources.read(self._roster.loader, os.path.join(source.path, watched.FILE))
            return watched.checked(source.name, self._roster.rendered(host, source, given, f"{source.name}/{watched.FILE}"))
        except SpecError as error:
            raise SpecError(f"host {host.name}: {error}") from error
