# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot's data, whole or not at all: into a file that only root reads, or to standard output."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import IO

from . import config as configs
from . import listing, times
from .config import Config
from .errors import BackupError
from .restic import Restic


def fetch(config: Config, name: str, snapshot: str, to: str, as_json: bool) -> str:
    """``snapshot``: an id, or latest; ``to``: a path, or - for standard output. restic compares each piece with its hash. The job may be
    another host's, of the same repository."""
    restic = Restic(config, f"sudo echodiary-backup fetch {name} --snapshot {snapshot} --to {to}")
    found = restic.snapshots(name)
    if not found:
        configs.job(config, name)
    chosen = choose(listing.entries(found, config["jobs"]), name, snapshot)
    file = listing.file(next(one for one in found if one["id"] == chosen["id"]), name)
    if not file:
        raise BackupError(f"{name} is of kind path, which is many files: restic restore puts them back (docs/backup.md)")
    if to == "-":
        _dump(restic, file, chosen, sys.stdout.buffer)
        return ""
    _into(restic, file, chosen, to)
    return json.dumps(chosen) if as_json else f"{to}: {chosen['bytes']} bytes, {name} of {chosen['time']} (snapshot {chosen['id'][:8]})"


def choose(present: list[listing.Entry], name: str, wanted: str) -> listing.Entry:
    """Pure. Of those of the job, oldest first. ``latest`` is the newest of any tag."""
    found = present[-1:] if wanted == "latest" else [one for one in present if one["id"].startswith(wanted)]
    if len(found) != 1 or len(wanted) < 4:
        known = ", ".join(one["id"][:8] for one in present[-5:]) or "none yet"
        raise BackupError(f"{name} has no snapshot {wanted!r}; the newest are {known}. See: sudo echodiary-backup list {name}")
    return found[0]


def _into(restic: Restic, file: str, chosen: listing.Entry, to: str) -> None:
    """0600, and of the time that the snapshot has."""
    part = f"{to}.{os.getpid()}.part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            _dump(restic, file, chosen, output)
            output.flush()
            os.fsync(output.fileno())
        arrived = os.path.getsize(part)
        if arrived != chosen["bytes"]:
            raise BackupError(
                f"{to}: {arrived} of {chosen['bytes']} bytes arrived; nothing was kept. Look at the disk, then: {restic.again}"
            )
        taken = times.of_restic(chosen["time"]).timestamp()
        os.utime(part, (taken, taken))
        os.rename(part, to)
    except OSError as error:
        raise BackupError(f"{to}: {error.strerror}; nothing was kept: make room, or take another path, then: {restic.again}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)


def _dump(restic: Restic, file: str, chosen: listing.Entry, output: IO[bytes]) -> None:
    restic.ask("dump", "--no-lock", chosen["id"], file, output=output)
