# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups on disk: a dump and, written last, a document that says what is in it. Without that document there is no backup."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .._ledger import files, records, shapes
from .client import blocks
from .errors import DumpError

if TYPE_CHECKING:
    from .shapes import Backup

#: a dump that was begun longer ago than this is nobody's any more (s)
ABANDONED = 86_400
VERSION = 1
#: what every document has had since the first version; the dump is of no use without it
SHAPE = shapes.fields(
    {**dict.fromkeys(("id", "time", "database", "sha256"), shapes.TEXT), "size": shapes.kind(int)},
    {"server_version_num": shapes.kind(int), "release": shapes.TEXT, "tables": shapes.each(shapes.kind(int)), "rows": shapes.kind(int)},
)


class Store:
    def __init__(self, directory: str) -> None:
        self.directory = directory
        #: what ``all`` has passed over, and why
        self.damaged: list[str] = []

    def dump(self, identifier: str) -> str:
        return os.path.join(self.directory, identifier + ".dump")

    def document(self, identifier: str) -> str:
        return os.path.join(self.directory, identifier + ".json")

    def prepare(self) -> None:
        os.makedirs(self.directory, mode=0o700, exist_ok=True)
        os.chmod(self.directory, 0o700)

    def find(self, identifier: str) -> Backup | None:
        """The backup's document, or None. Raises LedgerError for one that cannot be read."""
        path = self.document(identifier)
        found = records.read(path, SHAPE, VERSION)
        if found.fault:
            raise files.LedgerError(f"{path} {found.fault}; the dump itself may be whole: pg_restore --list {self.dump(identifier)}")
        record: Backup | None = found.record
        return record if os.path.exists(self.dump(identifier)) else None

    def all(self) -> list[Backup]:
        """Every backup, newest first. One that cannot be read keeps no other from being made, found or restored."""
        names = os.listdir(self.directory) if os.path.isdir(self.directory) else []
        found = (self._readable(name[: -len(".json")]) for name in names if name.endswith(".json"))
        return sorted((one for one in found if one is not None), key=_age, reverse=True)

    def _readable(self, identifier: str) -> Backup | None:
        try:
            return self.find(identifier)
        except files.LedgerError as error:
            self.damaged.append(str(error))
            return None

    def require(self, identifier: str) -> Backup:
        found = self.find(identifier)
        if found is None:
            others = ", ".join(one["id"] for one in self.all()[:5]) or "none at all"
            raise DumpError(f"there is no backup {identifier} in {self.directory}; the newest there are: {others}")
        return found

    def damage(self, backup: Backup) -> str:
        """Why the dump is not what was written, or empty."""
        path = self.dump(backup["id"])
        size = os.path.getsize(path)
        if size != backup["size"]:
            return f"{path} has {size} bytes and was written with {backup['size']}"
        digest = hashlib.sha256()
        for block in blocks(path):
            digest.update(block)
        if digest.hexdigest() != backup["sha256"]:
            return f"{path} has another checksum than when it was written"
        return ""

    def remove(self, identifier: str) -> None:
        """The document last: whatever is left half way is still seen, and removed the next time."""
        for path in (self.dump(identifier), self.document(identifier)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def sweep(self) -> None:
        """What killed runs left behind: dumps begun long ago, and documents whose dump is gone."""
        for name in os.listdir(self.directory):
            path = os.path.join(self.directory, name)
            abandoned = name.endswith(".part") and time.time() - os.path.getmtime(path) > ABANDONED
            orphan = name.endswith(".json") and not os.path.exists(path[: -len(".json")] + ".dump")
            if abandoned or orphan:
                os.unlink(path)


class Written(NamedTuple):
    size: int
    sha256: str


def write(path: str, source: Iterable[bytes]) -> Written:
    """0600 from its first byte, hashed on the way, on the disk when this returns."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        os.fchmod(handle.fileno(), 0o600)
        for block in source:
            handle.write(block)
            digest.update(block)
            size += len(block)
        handle.flush()
        os.fsync(handle.fileno())
    return Written(size, digest.hexdigest())


def surplus(backups: list[Backup], keep: int, fresh: str, since: str = "9") -> list[str]:
    """Which of a database's backups go: all but the newest ``keep``, never the one just made, nor what is younger than ``since``: a day of
    many deploys does not take yesterday's away. 0 keeps all."""
    if keep == 0:
        return []
    newest = sorted(backups, key=lambda one: (one["id"] == fresh, *_age(one)), reverse=True)
    return [one["id"] for one in newest[max(keep, 1) :] if one["time"] < since]


def _age(backup: Backup) -> tuple[str, str]:
    return backup["time"], backup["id"]
