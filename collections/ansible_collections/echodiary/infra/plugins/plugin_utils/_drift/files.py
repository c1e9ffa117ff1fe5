# SPDX-License-Identifier: GPL-3.0-or-later
"""Where reports are written: all of a directory's files at once by rename, one writer at a time, nothing half-written."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import since

MEMORY = "memory.json"
#: a report is written in much less (s)
LOCK_WAIT = 60.0


class DriftFileError(Exception):
    """One line for people: what, where, why, what to do next."""


@contextlib.contextmanager
def held(directory: Path) -> Iterator[None]:
    """The directory, made when it is not there, for this process alone."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (directory / ".lock").open("w") as handle:
            if not files.flock(handle.fileno(), LOCK_WAIT):
                raise DriftFileError(f"{handle.name} is held for more than {LOCK_WAIT:.0f} s; see who holds it: fuser {handle.name}")
            yield
    except OSError as error:
        raise DriftFileError(
            f"the drift report cannot be written to {directory}: {error.strerror or error}; name another directory"
        ) from error


def write(directory: Path, texts: Mapping[str, str]) -> None:
    """A reader sees the old file or the new one. Reports name hosts and files: they are for their owner to publish."""
    for name, text in texts.items():
        # node_exporter, another user, reads the metrics
        files.write(str(directory / name), text, 0o644 if name.endswith(".prom") else 0o600)


def read_memory(directory: Path) -> since.Memory:
    """What was seen before. A memory that cannot be read costs the ages, not the report."""
    try:
        memory: Any = json.loads((directory / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return since.empty()
    good = isinstance(memory, dict) and memory.get("version") == since.VERSION and memory.keys() == since.empty().keys()
    if not good:
        return since.empty()
    found: since.Memory = memory
    return found


def write_memory(directory: Path, memory: since.Memory) -> None:
    write(directory, {MEMORY: json.dumps(memory)})
