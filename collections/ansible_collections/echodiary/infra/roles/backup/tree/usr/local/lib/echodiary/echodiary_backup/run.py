# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one job: stale locks go, a snapshot comes, and only then its metric."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from . import config as configs
from . import listing, metrics, paths, times
from .config import Config, Job
from .errors import BackupError
from .restic import Ended, Restic
from .retention import MONTHLY, SCHEDULED

PROGRAM, LOCKS = "/usr/local/sbin/echodiary-backup", "/run/echodiary"


def run(config: Config, name: str, tag: str, moment: str) -> str:
    """``tag``: why it is made, empty for what the clock wants; ``moment``: for when it counts, empty for now. One run of a job at a time:
    the clock's and a deploy's come one after the other, since two would only make each other slow."""
    job = configs.job(config, name)
    with _alone(name):
        return _run(config, name, job, tag, moment)


@contextlib.contextmanager
def _alone(name: str) -> Iterator[None]:
    """The kernel drops the lock with its process."""
    os.makedirs(LOCKS, mode=0o755, exist_ok=True)
    with open(os.open(f"{LOCKS}/backup-{name}.lock", os.O_RDWR | os.O_CREAT, 0o600), "wb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waits for another run of {name} to end", file=sys.stderr, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _run(config: Config, name: str, job: Job, tag: str, moment: str) -> str:
    began = time.monotonic()
    restic = Restic(config, f"sudo echodiary-backup run {name}")
    when = times.typed(moment) if moment else datetime.now(UTC)
    restic.unlock()
    before = listing.entries(restic.snapshots(name), config["jobs"])
    tags = tags_of(name, tag, when, before)
    ended = restic.ask(*_command(config, name, job, tags, when if moment else None))
    summary = _summary(ended, restic)
    metrics.saved(config, name, when, summary["total_bytes_processed"], time.monotonic() - began, len(before) + 1)
    size, new = summary["total_bytes_processed"], summary["data_added_packed"]
    return f"{name}: snapshot {summary['snapshot_id'][:8]} of {size} bytes, for which {new} were stored"


def tags_of(name: str, tag: str, when: datetime, present: Sequence[listing.Entry]) -> list[str]:
    """Pure. The first of its month that the clock made is kept for a year."""
    if tag:
        return [name, tag]
    month = times.told(when)[:7]
    has = any(MONTHLY in one["tags"] and one["time"].startswith(month) for one in present)
    return [name, SCHEDULED] if has else [name, SCHEDULED, MONTHLY]


def _command(config: Config, name: str, job: Job, tags: list[str], when: datetime | None) -> list[str]:
    command = ["backup", "--json", "--retry-lock", "10m", "--host", config["host"], *(part for tag in tags for part in ("--tag", tag))]
    command += ["--time", when.strftime(times.TYPED)] if when else []
    if job["kind"] == "path":
        return [*command, "--", *paths.of(job)]
    return [*command, "--stdin-filename", listing.FILES[job["kind"]].format(name), "--stdin-from-command", "--", PROGRAM, "produce", name]


def _summary(ended: Ended, restic: Restic) -> dict[str, Any]:
    found = [one for one in ended.messages if one.get("message_type") == "summary" and one.get("snapshot_id")]
    if not found:
        raise BackupError(f"{restic.repository}: restic ended without a snapshot; see journalctl, then: {restic.again}")
    return found[-1]
