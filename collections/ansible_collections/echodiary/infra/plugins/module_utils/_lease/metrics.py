# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus hears of a lease, through node_exporter's textfile collector: that something is under way, or how it ended."""

from __future__ import annotations

import os
from typing import Any

from .._ledger import files
from . import clock

_RUNNING = """\
# HELP echodiary_deploy_in_progress 1 while a deploy, rollback or restart is under way.
# TYPE echodiary_deploy_in_progress gauge
echodiary_deploy_in_progress{environment="%s"} %d
"""
_ENDED = """\
# HELP echodiary_deploy_last_timestamp_seconds When the last one ended, and how.
# TYPE echodiary_deploy_last_timestamp_seconds gauge
echodiary_deploy_last_timestamp_seconds{environment="%s",outcome="%s"} %d
"""


def text(asked: dict[str, Any], moment: clock.Now) -> str:
    """``asked``: state, environment, and outcome where it ended. Pure."""
    environment = _label(asked["environment"])
    if asked["state"] != "released":
        return _RUNNING % (environment, 1)
    return _RUNNING % (environment, 0) + _ENDED % (environment, _label(asked["outcome"]), moment.wall)


def _label(value: str) -> str:
    """What Prometheus' text format escapes in the value of a label."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def tell(path: str, asked: dict[str, Any], moment: clock.Now) -> str:
    """Write it; why it could not be, or nothing. The lease counts, so a directory that is not there must not fail what is done."""
    try:
        files.write(path, text(asked, moment), 0o644)
    except OSError as error:
        return f"{path} could not be written for Prometheus: {error}"
    return ""


def path_of(directory: str) -> str:
    return os.path.join(directory, "echodiary_deploy.prom")
