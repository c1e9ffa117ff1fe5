# SPDX-License-Identifier: GPL-3.0-or-later
"""What all components of one run share on a host: readings made once, and what earlier components are about to bring."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._host import fingerprints
from .._kinds import kinds, units
from .._ledger import digests
from .._watch import allowed
from .._watch.upgrading import Upgrading
from . import state

if TYPE_CHECKING:
    from .._host import docker
    from .._kinds import documents, protocol

STATE_DIR = "/var/lib/echodiary"


class Host:
    """Caches the host-wide readings; ``forget`` after anything was changed."""

    def __init__(
        self, specs: list[documents.ComponentSpec], check: bool, claimed: list[str], state_dir: str = STATE_DIR, prune: bool = False
    ) -> None:
        digests.MEMORY.use(state_dir)
        self.check = check
        self.state_dir = state_dir
        #: paths, and other resources as ``kind:name``, that this run declares
        self.claimed = set(claimed)
        #: may packages go that nobody declares any more, and what else may not be ours to remove?
        self.prune = prune
        #: what was found wrong with the state kept here, to be told with the component that is worked on
        self.notes: list[str] = []
        self.upgrading = Upgrading(self.notes)
        key_file = os.path.join(state_dir, "fingerprint.key")
        self.key = fingerprints.read_key(key_file, self.notes) if check else fingerprints.ensure_key(key_file, self.notes)
        #: check mode only: something that brings programs, users and units is planned but not there yet
        self.installing = False
        #: containers of a Compose project that were read a moment ago, for its next reader and nobody else
        self.containers: dict[str, dict[str, list[docker.Container]]] = {}
        self.specs = specs
        self._asked: dict[str, set[str]] = {}
        self._seen: dict[str, dict[str, Any]] = {}

    def look(self, kind: protocol.AnyKind, names: Iterable[str]) -> Mapping[str, Any]:
        """``names`` as found. What all components declare is read at once, when the first of it is asked for."""
        asked = self._asked.setdefault(kind.NAME, set())
        lacking = (set(names) if asked else self._declared(kind) | set(names)) - asked
        if lacking:
            asked |= lacking
            self._seen.setdefault(kind.NAME, {}).update(kind.observe(sorted(lacking)))
        found = self._seen.get(kind.NAME, {})
        return {name: found[name] for name in names if name in found}

    def _declared(self, kind: protocol.AnyKind) -> set[str]:
        return {name for spec in self.specs for name in kinds.names(spec, kind)}

    def units(self, names: Iterable[str]) -> Mapping[str, units.Unit]:
        return self.look(units, names)

    def elsewhere(self, component: str) -> set[str]:
        """What the records of other components have. One in the other slot is another one, but not for both slots together."""
        others = (name for name in state.names(self.state_dir) if component not in (name, name.partition("@")[0]))
        return {resource for name in others for resource in state.load(self.state_dir, name)["resources"]}

    def lets_be(self, path: str) -> bool:
        """Is it allowed by people, as a component of this run has it, or, where none watches, as one had that was applied?"""
        watching = [watch for watch in (spec.get("watch") for spec in self.specs) if watch]
        if not watching:
            records = (state.load(self.state_dir, name) for name in state.names(self.state_dir))
            return any("by" in record.get("kept", {}).get(path, {}) for record in records)
        today = time.strftime("%Y-%m-%d")
        return any(allowed.lets_be(one, f"{kind}:{path}", today) for one in watching for kind in ("stranger", "file"))

    def told(self) -> list[str]:
        """The notes since the last time, each once."""
        notes, self.notes[:] = list(dict.fromkeys(self.notes)), []
        return notes

    def forget(self) -> None:
        self._asked, self._seen = {}, {}
        self.containers = {}
