# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one lease of a run alive, by a process of its own (``renewer``), until the run gives it back or has lost it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from ...module_utils._lease.planning import TTL
from . import give_back as back
from . import renewer

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

#: seconds for one attempt
DEADLINE = 30.0
#: what deploy_lock says of a lease that is somebody else's
SAID_WHEN_LOST = "was lost"


def job(held: back.Held, options: Mapping[str, Json], extra: Mapping[str, Json], ttl: float) -> renewer.Job:
    """Renewed every third of its life, and sooner again where that failed: two attempts may fail before it ends."""
    kept = {key: value for key, value in held.arguments.items() if key in ("name", "directory", "token")}
    asked = back.Held(held.host, held.connection, held.become, {**kept, "state": "renewed"})
    variables: dict[str, object] = json.loads(json.dumps(dict(extra), default=str))
    every = ttl / 3
    return {
        "words": back.command(asked, options),
        "variables": variables,
        "every": every,
        "again": max(1.0, every / 4),
        "deadline": max(5.0, min(DEADLINE, every)),
        "lost": SAID_WHEN_LOST,
        "parent": os.getpid(),
    }


class Keeper:
    """``lost`` once somebody else has the lease."""

    def __init__(self, held: back.Held, options: Mapping[str, Json], extra: Mapping[str, Json], ttl: float) -> None:
        self.name, self.host = held.name, held.host
        self._told = False
        self._process = subprocess.Popen(
            [sys.executable, "-ISB", str(Path(renewer.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        with contextlib.suppress(OSError), cast("TextIO", self._process.stdin) as told:
            json.dump(job(held, options, extra, ttl), told)

    def newly_lost(self) -> bool:
        """Once, where it was lost."""
        if self._told or self._process.poll() != renewer.LOST:
            return False
        self._told = True
        return True

    def renewed(self) -> None:
        """The run has done so itself just now."""
        if self._process.poll() is None:
            self._process.send_signal(renewer.RENEWED)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def ttl_of(arguments: Mapping[str, Json]) -> float:
    """Of the ``deploy_lock`` that acquired it."""
    given = arguments.get("ttl")
    return float(given) if given and isinstance(given, str | int | float) else TTL
