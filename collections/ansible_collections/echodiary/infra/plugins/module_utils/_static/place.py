# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the disk of releases of static files: read, and made as it should be. The build of each release is kept as it came, for root
alone, and whatever is written comes from there."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .._host.errors import ConvergeError
from .._ledger import files, records, sha, shapes
from . import planning

if TYPE_CHECKING:
    from .shapes import Place, Record, Release

STATES = "/var/lib/echodiary/static"
VERSION = 1
_RELEASE = shapes.fields({"digest": shapes.TEXT, "at": shapes.TEXT, "left": shapes.kind(bool), "files": shapes.each(shapes.TEXT)})
_RECORD = shapes.fields({"current": shapes.TEXT, "releases": shapes.items(_RELEASE)})
_FILE, _DIRECTORY = 0o644, 0o755
#: what nginx makes an ETag of is the length and this time (s): the same contents have the same one on every host, others have another
_EPOCH, _SPAN = 1_000_000_000, 600_000_000


def record_of(states: str, component: str) -> tuple[Record, str]:
    """What was recorded, and for people what became of one that cannot be read."""
    path = os.path.join(states, f"{component}.json")
    found = records.read(path, _RECORD, VERSION)
    empty: Record = {"version": VERSION, "current": "", "releases": []}
    return found.record or empty, records.told(path, found.fault) if found.fault else ""


def keep_record(states: str, component: str, record: Record) -> None:
    path = os.path.join(states, f"{component}.json")
    files.make_directories(states, 0o700)
    if os.path.exists(path) and records.read(path, _RECORD, VERSION).fault:
        records.put_aside(path)
    files.write_json(path, record, 0o600)


def archive(states: str, component: str, digest: str) -> str:
    return os.path.join(states, component, f"{digest}.tar.gz")


def take_archive(states: str, component: str, release: Release, sent: str) -> None:
    """What was sent is what it was said to be, or nothing is kept of it."""
    contents(sent, release)
    path = archive(states, component, release["digest"])
    files.make_directories(os.path.dirname(path), 0o700)
    with open(sent, "rb") as handle:
        files.write_bytes(path, handle.read(), 0o600)


def drop_archives(states: str, component: str, record: Record) -> None:
    kept = {f"{one['digest']}.tar.gz" for one in record["releases"]}
    folder = os.path.join(states, component)
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if name not in kept:
            os.unlink(os.path.join(folder, name))


def contents(path: str, release: Release) -> dict[str, bytes]:
    """Of each file of a build. ConvergeError where one is missing, or is not what it was."""
    try:
        with tarfile.open(path, "r:gz") as packed:
            found = {one.name: handle.read() for one in packed if one.isreg() and (handle := packed.extractfile(one))}
    except (OSError, EOFError, tarfile.TarError) as error:
        raise _damaged(path, release, str(error)) from error
    for name, sha256 in release["files"].items():
        if name not in found or sha.sha256(found[name]) != sha256:
            raise _damaged(path, release, f"{name} is {'another one' if name in found else 'missing'}")
    return found


def _damaged(path: str, release: Release, why: str) -> ConvergeError:
    return ConvergeError(
        f"{path} does not hold release {release['digest'][: planning.SHORT]} any more ({why}); bring that build again: "
        "ansible-playbook echodiary.infra.frontend -e source=DIRECTORY"
    )


def seen(directory: str) -> dict[str, str]:
    """All that is below, in the words of ``planning``. Nothing is followed."""
    found: dict[str, str] = {}
    for name in (planning.RELEASES, planning.POOL, planning.CURRENT):
        path = os.path.join(directory, name)
        if os.path.lexists(path):
            found.update(_below(path, name))
    return found


def _below(path: str, name: str) -> Iterator[tuple[str, str]]:
    info = os.lstat(path)
    yield name, _value(path, info)
    if stat.S_ISDIR(info.st_mode):
        for inside in sorted(os.listdir(path)):
            yield from _below(os.path.join(path, inside), f"{name}/{inside}")


def _value(path: str, info: os.stat_result) -> str:
    if stat.S_ISLNK(info.st_mode):
        return f"link {os.readlink(path)}"
    if stat.S_ISDIR(info.st_mode):
        return planning.DIRECTORY + _kept(info, _DIRECTORY)
    if not stat.S_ISREG(info.st_mode):
        return "special"
    with open(path, "rb") as handle:
        return sha.sha256(handle.read()) + _kept(info, _FILE)


def _kept(info: os.stat_result, mode: int) -> str:
    """Nothing of what is root's alone to write and everybody's to read."""
    if stat.S_IMODE(info.st_mode) == mode and (info.st_uid, info.st_gid) == (os.geteuid(), os.getegid()):
        return ""
    return f" {stat.S_IMODE(info.st_mode):04o} {info.st_uid}:{info.st_gid}"


def make(place: Place, record: Record, want: Mapping[str, str], states: str) -> None:
    """What is there before what leads there, and that before what goes."""
    directory, have = place["directory"], seen(place["directory"])
    held = _Builds(states, place["component"], record)
    for change in planning.differences(want, have, directory, ""):
        path = os.path.relpath(change.name, directory)
        if change.action == "remove":
            _discard(change.name)
        elif want[path] == planning.DIRECTORY:
            _make_directory(change.name)
        elif path == planning.CURRENT:
            _link(change.name, want[path].partition(" ")[2])
        else:
            _write(change.name, held.content(path, want[path]), want[path])


class _Builds:
    """Each is read once, and only where something of it is written."""

    def __init__(self, states: str, component: str, record: Record) -> None:
        self._states, self._component, self._record = states, component, record
        self._read: dict[str, dict[str, bytes]] = {}

    def content(self, path: str, sha256: str) -> bytes:
        """``path``: below the component's directory."""
        area, _, rest = path.partition("/")
        for release in self._record["releases"]:
            name = rest if area == planning.POOL else rest.partition("/")[2]
            mine = area == planning.POOL or rest.startswith(f"{release['digest']}/")
            if mine and release["files"].get(name) == sha256:
                return self._of(release)[name]
        raise ConvergeError(f"no release has {path}")

    def _of(self, release: Release) -> dict[str, bytes]:
        digest = release["digest"]
        if digest not in self._read:
            self._read[digest] = contents(archive(self._states, self._component, digest), release)
        return self._read[digest]


def _discard(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(path)


def _make_directory(path: str) -> None:
    if os.path.islink(path) or not os.path.isdir(path):
        _discard(path)
        os.makedirs(path, exist_ok=True)
    os.chown(path, os.geteuid(), os.getegid())
    os.chmod(path, _DIRECTORY)


def _write(path: str, content: bytes, sha256: str) -> None:
    """Whoever reads it has the one or the other, and never a half."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    files.write_bytes(path, content, _FILE)
    at = _EPOCH + int(sha256[:8], 16) % _SPAN
    os.utime(path, (at, at))


def _link(path: str, target: str) -> None:
    """By a rename: there is no moment without it."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    fresh = f"{path}.new"
    _discard(fresh)
    os.symlink(target, fresh)
    os.rename(fresh, path)
    files.sync_directory(os.path.dirname(path))
