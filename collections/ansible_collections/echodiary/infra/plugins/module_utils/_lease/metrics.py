# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus hears of a lease, through node_exporter's textfile collector: that something is under way, or how it ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .._host import exposition
from .._ledger import files
from . import clock

if TYPE_CHECKING:
    from .shapes import Told

_RUNNING = exposition.Family("echodiary_deploy_in_progress", "gauge", "1 while a deploy, rollback or restart is under way.")
_ENDED = exposition.Family("echodiary_deploy_last_timestamp_seconds", "gauge", "When the last one ended, and how.")


def text(asked: Told, moment: clock.Now) -> str:
    """Pure."""
    where, ended = {"environment": asked["environment"]}, asked["state"] == "released"
    samples = [exposition.Sample(_RUNNING.name, where, 0 if ended else 1)]
    if ended:
        samples.append(exposition.Sample(_ENDED.name, {**where, "outcome": asked["outcome"]}, int(moment.wall)))
    return exposition.text((_RUNNING, _ENDED), samples)


def tell(path: str, asked: Told, moment: clock.Now) -> str:
    """Write it; why it could not be, or nothing. The lease counts, so a directory that is not there must not fail what is done."""
    try:
        files.write(path, text(asked, moment), 0o644)
    except OSError as error:
        return f"{path} could not be written for Prometheus: {error}"
    return ""


def path_of(directory: str) -> str:
    return os.path.join(directory, "echodiary_deploy.prom")
