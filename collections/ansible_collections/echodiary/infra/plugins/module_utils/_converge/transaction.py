# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes paths all at once, and can take them back.

Before anything moves, the previous state of every path is kept in a journal below the state directory. New contents are
written beside their targets (a full disk shows here, with nothing touched), then renamed one after the other. The journal outlives a
killed run: the next run continues from it, and a take-back still returns to the state before the first attempt.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from typing import Any

from . import paths, staging

SUFFIX = ".echodiary-new"


class Transaction:
    """One component's paths between "as before" and "as desired"."""

    def __init__(self, state_dir: str, component: str) -> None:
        self.journal = os.path.join(state_dir, "journal", component)
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
            return False
        self._entries, self._created = kept["entries"], kept["created"]
        for path in kept["temporary"]:
            _unlink(path)
        return True

    def apply(
        self,
        files: dict[str, staging.File],
        attributes: dict[str, dict[str, Any]],
        directories: dict[str, dict[str, Any]],
        links: dict[str, str],
        removals: list[str],
    ) -> None:
        """Write ``files``, set ``attributes`` (owner and mode only), make ``directories`` and ``links``, take away ``removals``."""
        self._temporary = [_beside(path) for path in [*files, *links]]
        for path in [*files, *attributes, *directories, *links, *removals]:
            self._keep(path)
        self._write_index()
        for path, wanted in directories.items():
            self._make_directory(path, wanted)
        for path, file in files.items():
            self._make_parents(path)
            _write(_beside(path), file)
        for path, target in links.items():
            self._make_parents(path)
            os.symlink(target, _beside(path))
        self._write_index()
        for path in [*files, *links]:
            _clear_directory(path)
            os.rename(_beside(path), path)
        for path, wanted in attributes.items():
            set_attributes(path, wanted)
        for path in removals:
            _remove(path)

    def take_back(self) -> list[str]:
        """Put every journalled path back as it was; what cannot be put back is named, the rest still is."""
        failures = []
        for path in self._temporary:
            _unlink(path)
        for path, entry in self._entries.items():
            try:
                self._restore(path, entry)
            except OSError as error:
                failures.append(f"{path}: {error.strerror}")
        for directory in reversed(self._created):
            if os.path.isdir(directory) and not os.listdir(directory):
                os.rmdir(directory)
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
        if entry["value"] and entry["value"]["kind"] == "file":
            shutil.copy2(path, backup)
            os.chmod(backup, 0o600)
        self._entries[path] = entry

    def keep_tree(self, path: str) -> None:
        """Before a whole strange directory goes: keep all of it."""
        self._keep(path)
        backup = os.path.join(self.journal, self._entries[path]["backup"])
        if not os.path.exists(backup):
            shutil.copytree(path, backup, symlinks=True)
        self._entries[path]["tree"] = True

    def _write_index(self) -> None:
        os.makedirs(self.journal, mode=0o700, exist_ok=True)
        kept = {"entries": self._entries, "created": self._created, "temporary": self._temporary}
        with open(self._index + ".new", "w", encoding="utf-8") as handle:
            json.dump(kept, handle)
            handle.flush()
            os.fsync(handle.fileno())
        os.rename(self._index + ".new", self._index)

    def _make_parents(self, path: str) -> None:
        missing = []
        parent = os.path.dirname(path)
        while not os.path.isdir(parent):
            missing.append(parent)
            parent = os.path.dirname(parent)
        for directory in reversed(missing):
            os.mkdir(directory)
            os.chmod(directory, 0o755)  # noqa: S103 - a directory of the system, like its siblings
            self._created.append(directory)

    def _make_directory(self, path: str, wanted: dict[str, Any]) -> None:
        if not os.path.isdir(path) or os.path.islink(path):
            _unlink(path)
            self._make_parents(path)
            os.mkdir(path, 0o700)
            self._created.append(path)
        set_attributes(path, wanted)

    def _restore(self, path: str, entry: dict[str, Any]) -> None:
        before = entry["value"]
        if paths.observe(path).value == before and not entry.get("tree"):
            return
        if before is None:
            if not (os.path.isdir(path) and not os.path.islink(path)):
                _unlink(path)
            return
        backup = os.path.join(self.journal, entry["backup"])
        if before["kind"] == "file":
            self._make_parents(path)
            _clear_directory(path)
            shutil.copy2(backup, _beside(path))
            set_attributes(_beside(path), before)
            os.rename(_beside(path), path)
        elif before["kind"] == "link":
            _unlink(path)
            os.symlink(before["target"], path)
        elif before["kind"] == "directory":
            if entry.get("tree") and not os.path.exists(path):
                shutil.copytree(backup, path, symlinks=True)
            set_attributes(path, before)


def set_attributes(path: str, wanted: dict[str, Any]) -> None:
    os.chown(path, wanted["uid"], wanted["gid"])
    os.chmod(path, int(wanted["mode"], 8))


def _beside(path: str) -> str:
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}{SUFFIX}")


def _write(path: str, file: staging.File) -> None:
    _unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(file.content)
        handle.flush()
        os.fsync(handle.fileno())
    os.chown(path, file.uid, file.gid)
    os.chmod(path, file.mode)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)


def _clear_directory(path: str) -> None:
    """A directory where a file has to be: its contents are in the journal only if it was empty or kept as a tree."""
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        _unlink(path)
