# SPDX-License-Identifier: GPL-3.0-or-later
"""What all components of one run share on a host: readings made once, and what earlier components are about to bring."""

from __future__ import annotations

import os
from typing import Any

from . import digests, docker, masking, packages, units

STATE_DIR = "/var/lib/echodiary"


class Host:
    """Caches the host-wide readings; ``forget`` after anything was changed."""

    def __init__(self, specs: list[dict[str, Any]], check: bool, claimed: list[str], state_dir: str = STATE_DIR) -> None:
        digests.MEMORY.use(state_dir)
        self.check = check
        self.state_dir = state_dir
        self.claimed = set(claimed)
        #: what was found wrong with the state kept here, to be told with the component that is worked on
        self.notes: list[str] = []
        key_file = os.path.join(state_dir, "fingerprint.key")
        self.key = masking.read_key(key_file, self.notes) if check else masking.ensure_key(key_file, self.notes)
        #: check mode only: something that brings programs, users and units is planned but not there yet
        self.installing = False
        #: containers of a Compose project that were read a moment ago, for its next reader and nobody else
        self.containers: dict[str, dict[str, list[docker.Container]]] = {}
        self._package_names = sorted({packages.split(name)[0] for spec in specs for name in spec["packages"]})
        self._unit_names = sorted({name for spec in specs for name in spec["units"]})
        self._packages: dict[str, str] | None = None
        self._units: dict[str, units.Unit] | None = None

    def packages(self) -> dict[str, str]:
        if self._packages is None:
            self._packages = packages.installed(self._package_names)
        return self._packages

    def units(self) -> dict[str, units.Unit]:
        if self._units is None:
            self._units = units.read(self._unit_names)
        return self._units

    def told(self) -> list[str]:
        """The notes since the last time, each once."""
        notes, self.notes[:] = list(dict.fromkeys(self.notes)), []
        return notes

    def forget(self) -> None:
        self._packages = self._units = None
        self.containers = {}
