# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes paths all at once, and can take them back.

Before anything moves, the previous state of every path is kept in a journal below the state directory. New contents are
written beside their targets (a full disk shows here, with nothing touched), then renamed one after the other. The journal outlives a
killed run: the next run continues from it, and a take-back still returns to the state before the first attempt.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from typing import Any

from . import model, paths, placing, state


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
            placing.unlink(path)
        return True

    def withdraw(self, wanted: set[str]) -> bool:
        """What only a killed attempt brought, and git has taken out since, goes; True when there was such a thing."""
        orphans = [path for path in self._entries if path not in wanted and self._was_brought(path)]
        for path in orphans:
            placing.clear(path, self._entries[path]["value"])
            self._restore(path, self._entries[path])
        for directory in reversed(self._created):
            if directory not in wanted:
                placing.remove_empty(directory)
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
        self._temporary = [placing.beside(path) for path in [*files, *links]]
        for path in [*files, *attributes, *directories, *links, *removals]:
            self._keep(path)
        self._foresee([*directories, *files, *links], set(directories))
        self._write_index()
        for path, wanted in directories.items():
            placing.make_directory(path, wanted)
        for path, file in files.items():
            placing.make_parents(path)
            placing.write(placing.beside(path), file)
        for path, target in links.items():
            placing.make_parents(path)
            placing.unlink(placing.beside(path))
            os.symlink(target, placing.beside(path))
        for path in [*files, *links]:
            placing.clear_directory(path)
            os.rename(placing.beside(path), path)
        for path, wanted in attributes.items():
            placing.set_attributes(path, wanted)
        for path in removals:
            placing.remove(path)

    def take_back(self) -> list[str]:
        """Put every journalled path back as it was; what cannot be put back is named, the rest still is."""
        failures: list[str] = []
        for path in self._temporary:
            placing.unlink(path)
        for path, entry in self._entries.items():
            placing.attempt(failures, path, placing.clear, path, entry["value"])
        for path in reversed(self._created):
            placing.attempt(failures, path, placing.remove_empty, path)
        # parents first: a directory has to be back before what lay in it
        for path in sorted(self._entries):
            placing.attempt(failures, path, self._restore, path, self._entries[path])
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
        placing.remove(backup)
        if entry["value"] and entry["value"]["kind"] == "file":
            shutil.copy2(path, backup)
            os.chmod(backup, 0o600)
        self._entries[path] = entry

    def keep_tree(self, path: str) -> None:
        """Before a whole strange directory goes: keep all of it."""
        self._keep(path)
        entry = self._entries[path]
        if not entry.get("tree"):
            placing.copy_tree(path, os.path.join(self.journal, entry["backup"]))
            entry["tree"] = True

    def _foresee(self, targets: list[str], directories: set[str]) -> None:
        """Name the directories that are about to be made: a run killed right after making one must not forget it."""
        for path in targets:
            missing = placing.missing_parents(path)
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
            placing.make_parents(path)
            shutil.copy2(backup, placing.beside(path))
            placing.set_attributes(placing.beside(path), before)
            placing.clear_directory(path)
            os.rename(placing.beside(path), path)
        elif before["kind"] == "link":
            placing.make_parents(path)
            os.symlink(before["target"], path)
        elif before["kind"] == "directory":
            if entry.get("tree"):
                placing.remove(path)
                placing.copy_tree(backup, path)
            elif not os.path.isdir(path):
                os.mkdir(path, 0o700)
            placing.set_attributes(path, before)
        else:
            raise OSError(errno.ENOTSUP, "was a pipe, socket or device, which is not put back")
