# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes paths all at once, and can take them back.

Before anything moves, the previous state of every path is kept in a journal below the state directory. New contents are
written beside their targets (a full disk shows here, with nothing touched), then renamed one after the other. The journal outlives a
killed run: the next run continues from it, and a take-back still returns to the state before the first attempt.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
from typing import Any, Callable

from . import model, paths, state

SUFFIX = ".echodiary-new"


class Transaction:
    """One component's paths between "as before" and "as desired"."""

    def __init__(self, state_dir: str, component: str) -> None:
        self.journal = state.journal_of(state_dir, component)
        self._index = os.path.join(self.journal, "index.json")
        self._entries: dict[str, dict[str, Any]] = {}
        self._created: list[str] = []
        self._temporary: list[str] = []

    def recover(self) -> bool:
        """Pick up the journal of a run that was killed; True when there was one."""
        try:
            with open(self._index, encoding="utf-8") as handle:
                kept = json.load(handle)
        except (FileNotFoundError, ValueError):
            # cut off before its first index was whole: nothing had been touched yet
            shutil.rmtree(self.journal, ignore_errors=True)
            return False
        self._entries, self._created = kept["entries"], kept["created"]
        for path in kept["temporary"]:
            _unlink(path)
        return True

    def withdraw(self, wanted: set[str]) -> bool:
        """What only a killed attempt brought, and git has taken out since, goes; True when there was such a thing."""
        orphans = [path for path in self._entries if path not in wanted and self._was_brought(path)]
        for path in orphans:
            _clear(path, self._entries[path]["value"])
            self._restore(path, self._entries[path])
        for directory in reversed(self._created):
            if directory not in wanted:
                _remove_empty(directory)
        return bool(orphans)

    def _was_brought(self, path: str) -> bool:
        now = paths.observe(path).value
        return now is not None and now["kind"] != "directory" and now != self._entries[path]["value"]

    def apply(
        self,
        files: dict[str, model.File],
        attributes: dict[str, dict[str, Any]],
        directories: dict[str, dict[str, Any]],
        links: dict[str, str],
        removals: list[str],
    ) -> None:
        """Write ``files``, set ``attributes`` (owner and mode only), make ``directories`` and ``links``, take away ``removals``."""
        self._temporary = [_beside(path) for path in [*files, *links]]
        for path in [*files, *attributes, *directories, *links, *removals]:
            self._keep(path)
        self._foresee([*directories, *files, *links], set(directories))
        self._write_index()
        for path, wanted in directories.items():
            _make_directory(path, wanted)
        for path, file in files.items():
            _make_parents(path)
            _write(_beside(path), file)
        for path, target in links.items():
            _make_parents(path)
            _unlink(_beside(path))
            os.symlink(target, _beside(path))
        for path in [*files, *links]:
            _clear_directory(path)
            os.rename(_beside(path), path)
        for path, wanted in attributes.items():
            set_attributes(path, wanted)
        for path in removals:
            _remove(path)

    def take_back(self) -> list[str]:
        """Put every journalled path back as it was; what cannot be put back is named, the rest still is."""
        failures: list[str] = []
        for path in self._temporary:
            _unlink(path)
        for path, entry in self._entries.items():
            _attempt(failures, path, _clear, path, entry["value"])
        for path in reversed(self._created):
            _attempt(failures, path, _remove_empty, path)
        # parents first: a directory has to be back before what lay in it
        for path in sorted(self._entries):
            _attempt(failures, path, self._restore, path, self._entries[path])
        if not failures:
            self.commit()
        return failures

    def commit(self) -> None:
        shutil.rmtree(self.journal, ignore_errors=True)

    def previously_existed(self, path: str) -> bool:
        return bool(self._entries.get(path, {}).get("value"))

    def _keep(self, path: str) -> None:
        if path in self._entries:
            return
        os.makedirs(self.journal, mode=0o700, exist_ok=True)
        entry: dict[str, Any] = {"value": paths.observe(path).value, "backup": str(len(self._entries))}
        backup = os.path.join(self.journal, entry["backup"])
        _remove(backup)
        if entry["value"] and entry["value"]["kind"] == "file":
            shutil.copy2(path, backup)
            os.chmod(backup, 0o600)
        self._entries[path] = entry

    def keep_tree(self, path: str) -> None:
        """Before a whole strange directory goes: keep all of it."""
        self._keep(path)
        entry = self._entries[path]
        if not entry.get("tree"):
            _copy_tree(path, os.path.join(self.journal, entry["backup"]))
            entry["tree"] = True

    def _foresee(self, targets: list[str], directories: set[str]) -> None:
        """Name the directories that are about to be made: a run killed right after making one must not forget it."""
        for path in targets:
            missing = _missing_parents(path)
            if path in directories and (not os.path.isdir(path) or os.path.islink(path)):
                missing.append(path)
            self._created += [directory for directory in missing if directory not in self._created]

    def _write_index(self) -> None:
        os.makedirs(self.journal, mode=0o700, exist_ok=True)
        kept = {"entries": self._entries, "created": self._created, "temporary": self._temporary}
        with open(self._index + ".new", "w", encoding="utf-8") as handle:
            json.dump(kept, handle)
            handle.flush()
            os.fsync(handle.fileno())
        os.rename(self._index + ".new", self._index)

    def _restore(self, path: str, entry: dict[str, Any]) -> None:
        before = entry["value"]
        if before is None or (paths.observe(path).value == before and not entry.get("tree")):
            return
        backup = os.path.join(self.journal, entry["backup"])
        if before["kind"] == "file":
            _make_parents(path)
            shutil.copy2(backup, _beside(path))
            set_attributes(_beside(path), before)
            _clear_directory(path)
            os.rename(_beside(path), path)
        elif before["kind"] == "link":
            _make_parents(path)
            os.symlink(before["target"], path)
        elif before["kind"] == "directory":
            if entry.get("tree"):
                _remove(path)
                _copy_tree(backup, path)
            elif not os.path.isdir(path):
                os.mkdir(path, 0o700)
            set_attributes(path, before)
        else:
            raise OSError(errno.ENOTSUP, "was a pipe, socket or device, which is not put back")


def set_attributes(path: str, wanted: dict[str, Any]) -> None:
    os.chown(path, wanted["uid"], wanted["gid"])
    os.chmod(path, int(wanted["mode"], 8))


def _missing_parents(path: str) -> list[str]:
    """Outermost first."""
    missing: list[str] = []
    parent = os.path.dirname(path)
    while not os.path.isdir(parent):
        missing.insert(0, parent)
        parent = os.path.dirname(parent)
    return missing


def _make_parents(path: str) -> None:
    for directory in _missing_parents(path):
        os.mkdir(directory, 0o755)
        os.chmod(directory, 0o755)  # noqa: S103 as every directory below /etc is


def _make_directory(path: str, wanted: dict[str, Any]) -> None:
    if not os.path.isdir(path) or os.path.islink(path):
        _unlink(path)
        _make_parents(path)
        os.mkdir(path, 0o700)
    set_attributes(path, wanted)


def _copy_tree(source: str, target: str) -> None:
    """Contents, modes and owners; pipes and sockets are left out."""
    shutil.copytree(source, target, symlinks=True, copy_function=_copy_regular)
    for directory, below, names in os.walk(source):
        for name in [".", *below, *names]:
            info = os.lstat(os.path.join(directory, name))
            copied = os.path.join(target, os.path.relpath(os.path.join(directory, name), source))
            if os.path.lexists(copied):
                os.chown(copied, info.st_uid, info.st_gid, follow_symlinks=False)
                if not stat.S_ISLNK(info.st_mode):
                    os.chmod(copied, stat.S_IMODE(info.st_mode))


def _copy_regular(source: str, target: str) -> None:
    if os.path.isfile(source):
        shutil.copy2(source, target)


def _beside(path: str) -> str:
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}{SUFFIX}")


def _write(path: str, file: model.File) -> None:
    _unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(file.content)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        # a full disk names no file by itself
        raise OSError(error.errno, error.strerror, path) from error
    os.chown(path, file.uid, file.gid)
    os.chmod(path, file.mode)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)


def _attempt(failures: list[str], path: str, step: Callable[..., None], *arguments: Any) -> None:
    try:
        step(*arguments)
    except OSError as error:
        failures.append(f"{path}: {error.strerror}")


def _clear(path: str, before: paths.Value | None) -> None:
    """Away with what took the place of something else; a directory that we made goes later, with the others."""
    now = paths.observe(path).value
    if now and now["kind"] != "directory" and (before is None or before["kind"] != now["kind"] or now["kind"] == "link"):
        _unlink(path)


def _remove_empty(directory: str) -> None:
    if os.path.isdir(directory) and not os.path.islink(directory) and not os.listdir(directory):
        os.rmdir(directory)


def _clear_directory(path: str) -> None:
    """A directory where a file has to be: its contents are in the journal only if it was empty or kept as a tree."""
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        _unlink(path)
