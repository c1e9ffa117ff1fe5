# SPDX-License-Identifier: GPL-3.0-or-later
"""Goes through the directories that have power over a host, and collects what is nobody's, or not as it was."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from .._host import dpkg, globs
from . import entries, generated, links, memory, modes, packaged, reading, roots
from .entries import Entry
from .roots import Root
from .shapes import Known

SYSTEMD = ("/etc/systemd/system/", "/run/systemd/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/")


class Walk:
    """Collects while it descends; nothing that is as it was noted, a package's or a component's is looked at longer than a moment."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._noted = known.memory.files
        self._brought: packaged.Packaged | None = None
        self._parents = {parent for path in known.paths for parent in _parents(path)}
        self.strangers: list[Entry] = []
        self.altered: list[tuple[Entry, str]] = []
        self.living: dict[str, Entry] = {}
        self.unchanged: set[str] = set()
        self.open: list[Entry] = []
        self.noted: dict[str, memory.Note] = {}

    @property
    def brought(self) -> packaged.Packaged:
        """Read once something is to be judged."""
        if self._brought is None:
            self._brought = packaged.read(roots.PREFIXES)
        return self._brought

    def walk(self, directory: str, root: Root) -> None:
        for entry in reading.entries(directory):
            # dpkg and people go on working
            with contextlib.suppress(FileNotFoundError):
                if not root.only or self._counts(entry.path, root):
                    self._look(entry, root)

    @staticmethod
    def _counts(path: str, root: Root) -> bool:
        below = path[len(root.path) + 1 :]
        return any(globs.matches(below, one) or one.startswith(below + "/") for one in root.only)

    def _look(self, entry: os.DirEntry[str], root: Root) -> None:
        path = entry.path
        info = entry.stat(follow_symlinks=False)
        noted = self._noted.get(path)
        if stat.S_ISDIR(info.st_mode):
            self._enter(entry, root, noted)
        elif noted and noted[:2] == (info.st_ino, info.st_ctime_ns) and self._holds(path, noted.found):
            self._again(entry, noted)
            return
        else:
            self._judge(entry, memory.note(info))
        if info.st_mode & stat.S_IWOTH or path.startswith("/etc/s"):
            self._check_mode(entry, info.st_mode)

    def _holds(self, path: str, found: str) -> bool:
        return found != memory.LIVING or path in self._known.kept

    def _again(self, entry: os.DirEntry[str], noted: memory.Note) -> None:
        """As it was when it was noted."""
        self.noted[entry.path] = noted
        if noted.found == memory.LIVING:
            self.unchanged.add(entry.path)
        elif noted.found == memory.STRANGER:
            self.strangers.append(entries.with_content(entries.entry_of(entry)))

    def _enter(self, entry: os.DirEntry[str], root: Root, noted: memory.Note | None) -> None:
        path = entry.path
        if path in self._known.owned:
            return
        expected = noted.found == memory.FINE if noted else root.only or _is_expected(path) or self._is_known(path)
        if expected:
            self.noted[path] = memory.Note(0, 0)
            self.walk(path, root)
            return
        # an empty one is nothing to tell, and may be filled by the next time
        self.noted[path] = memory.Note(0, 0, memory.STRANGER)
        if not generated.IS_VOLATILE.match(path) and reading.entries(path):
            self._enter_strange(entry, root)

    def _enter_strange(self, entry: os.DirEntry[str], root: Root) -> None:
        """Named once, not file by file; of a single file that is enough to say."""
        before = len(self.strangers)
        self.walk(entry.path, root)
        if len(self.strangers) > before + 1:
            below = "".join(f"{one.path} {one.digest} {one.mode}\n" for one in self.strangers[before:])
            self.strangers[before:] = [entries.entry_of(entry, "directory")._replace(digest=packaged.md5(below.encode()))]

    def _is_known(self, path: str) -> bool:
        return path in self._known.paths or path in self._parents or path in self.brought.paths

    def _judge(self, entry: os.DirEntry[str], now: memory.Note) -> None:
        path = entry.path
        found: str | None = memory.FINE
        if path in self.brought.conffiles:
            found = self._compare(entry)
        elif path not in self.brought.paths and path not in self._known.paths:
            found = self._judge_unknown(entry)
        if found is not None:
            self.noted[path] = now._replace(found=found)

    def _compare(self, entry: os.DirEntry[str]) -> str | None:
        path = entry.path
        if path in self._known.paths or packaged.md5(reading.content(path)) == self.brought.conffiles[path]:
            return memory.FINE
        self.altered.append((entries.with_content(entries.entry_of(entry)), owner(path)))
        return None

    def _judge_unknown(self, entry: os.DirEntry[str]) -> str:
        path = entry.path
        if entry.is_symlink() and links.are_known(path, os.readlink(path), self._known):
            return memory.FINE
        if generated.IS_VOLATILE.match(path) or path in generated.ACCOUNTS or path.endswith(".echodiary-new") or _is_as_skeleton(path):
            return memory.FINE
        if _unit_of(path) in self._known.units:
            return memory.FINE
        if generated.IS_LIVING.match(path):
            self.living[path] = entries.with_content(entries.entry_of(entry))
            return memory.LIVING
        self.strangers.append(entries.with_content(entries.entry_of(entry)))
        return memory.STRANGER

    def _check_mode(self, entry: os.DirEntry[str], mode: int) -> None:
        if modes.surplus(entry.path, mode) and entry.path not in self._known.paths:
            self.open.append(entries.entry_of(entry, "directory" if stat.S_ISDIR(mode) else ""))
            self.noted.pop(entry.path, None)


def owner(path: str) -> str:
    """Of what a script handed over to ucf nobody is the owner."""
    return dpkg.owner(path) or ""


def _parents(path: str) -> Iterator[str]:
    while len(path) > 1:
        path = os.path.dirname(path)
        yield path


def _is_expected(path: str) -> bool:
    """Directories that no package has and every host does."""
    return os.path.dirname(path) == "/usr/local" or path.endswith(
        (".wants", ".requires", ".d", "/crontabs", "/atjobs", "/atspool", "/transient", "/.ssh", "/.docker")
    )


def _unit_of(path: str) -> str:
    """Whose definition it is, or a part of; empty of what is none. What becomes of declared units is compared as units."""
    if not path.startswith(SYSTEMD):
        return ""
    folder = os.path.basename(os.path.dirname(path))
    return folder[:-2] if folder.endswith(".d") else os.path.basename(path)


def _is_as_skeleton(path: str) -> bool:
    """What a new account gets. Who may log in with which key is another aspect's."""
    name = os.path.basename(path)
    if path.startswith(("/home/", "/root/")):
        return name.startswith(("authorized_keys", "known_hosts")) or reading.content(path) == reading.content(f"/etc/skel/{name}") != b""
    return False
