# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the data of a path job lies: paths as they are declared, and volumes of Docker's by their mountpoints."""

from __future__ import annotations

import os
import subprocess

from .config import Job
from .errors import BackupError


def of(job: Job) -> list[str]:
    """BackupError for one that is not there: an empty snapshot would push out a good one."""
    found = [*job["paths"], *map(mountpoint, job["volumes"])]
    missing = [path for path in found if not os.path.lexists(path)]
    if missing:
        raise BackupError(f"{', '.join(missing)} is not on this host: correct paths in backup_jobs, or see what removed it")
    return found


def mountpoint(volume: str) -> str:
    command = ["docker", "volume", "inspect", "--format", "{{.Mountpoint}}", "--", volume]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise BackupError(f"volume {volume} is not on this host ({done.stderr.strip()[:200]}): correct volumes in backup_jobs")
    return done.stdout.strip()
