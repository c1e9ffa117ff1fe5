# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes paths all at once, and can take them back.

Before anything moves, the previous state of every path is kept in a journal below the state directory. New contents are
written beside their targets (a full disk shows here, with nothing touched), then renamed one after the other. The journal outlives a
killed run, and a machine without power: the next run continues from it, and a take-back still returns to the state before the first
attempt. Each step is on the disk before the next one relies on it.

Nothing on the way back raises. What cannot be put back is named, all the rest is, and the journal keeps what is left for the next run.
"""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING, Any

from .._kinds import paths
from .._ledger import files, records, shapes
from . import file_ops, hindrance, state

if TYPE_CHECKING:
    from .._kinds import model, remembered

VERSION = 1


def _backup_name(value: model.Json) -> str:
    return shapes.TEXT(value) or ("" if isinstance(value, str) and value.isdigit() else " is no name of a backup")


_VALUE = shapes.fields(
    {"kind": shapes.TEXT},
    {"mode": shapes.TEXT, "uid": shapes.kind(int), "gid": shapes.kind(int), "target": shapes.TEXT, "content": shapes.TEXT},
)
_ENTRY = shapes.fields({"value": shapes.maybe(_VALUE), "backup": _backup_name}, {"tree": shapes.kind(bool)})
INDEX = shapes.fields(
    {"entries": shapes.each(_ENTRY), "created": shapes.items(shapes.TEXT), "temporary": shapes.items(shapes.TEXT)},
)


def index_of(journal: str) -> str:
    return state.index_of(journal)


class Transaction:
    """One component's paths between "as before" and "as desired"."""

    def __init__(self, state_dir: str, component: str) -> None:
        self.journal = state.journal_of(state_dir, component)
        #: what people have to be told, whatever else comes of it
        self.notes: list[str] = []
        self._index = index_of(self.journal)
        self._entries: dict[str, dict[str, Any]] = {}
        self._created: list[str] = []
        self._temporary: list[str] = []
        self._stuck: set[str] = set()

    def recover(self) -> bool:
        """Pick up the journal of a run that was killed; True when there was one.

        Raises LedgerError for one that a newer version wrote, before anything is touched.
        """
        found = records.read(self._index, INDEX, VERSION)
        if found.fault:
            self._put_aside(found.fault)
        if found.record is None:
            # cut off before its first index was whole, or when it was done with: nothing had been touched, or nothing is open
            shutil.rmtree(self.journal, ignore_errors=True)
            return False
        kept = found.record
        self._entries, self._created = kept["entries"], kept["created"]
        self._temporary = self._without_temporary([*kept["temporary"], *map(file_ops.beside, self._entries)], self.notes)
        return True

    def _put_aside(self, fault: str) -> None:
        name = records.put_aside(self.journal)
        self.notes.append(
            f"the journal of an unfinished change {fault}: it is kept as {name}, with the files as they were before that change; "
            "what the change had done by then stands, and is compared with git as everything else"
        )

    def withdraw(self, wanted: set[str]) -> bool:
        """What only a killed attempt brought, and git has taken out since, goes; True when there was such a thing."""
        orphans = [path for path in self._entries if path not in wanted and self._was_brought(path)]
        for path in orphans:
            if not file_ops.attempt(self.notes, path, self._withdraw, path):
                self._stuck.add(path)
        for directory in reversed(self._created):
            if directory not in wanted:
                file_ops.attempt(self.notes, directory, file_ops.remove_empty, directory)
        return bool(orphans)

    def _withdraw(self, path: str) -> None:
        file_ops.clear(path, self._entries[path]["value"])
        self._restore(path, self._entries[path])

    def _was_brought(self, path: str) -> bool:
        try:
            now = paths.observe(path).value
        except OSError:
            return True  # taking it back will say why
        return now is not None and now["kind"] != "directory" and now != self._entries[path]["value"]

    def apply(
        self,
        files: dict[str, model.File],
        attributes: dict[str, remembered.PathValue],
        directories: dict[str, remembered.PathValue],
        links: dict[str, str],
        removals: list[str],
    ) -> None:
        """Write ``files``, set ``attributes`` (owner and mode only), make ``directories`` and ``links``, take away ``removals``."""
        self._temporary += [file_ops.beside(path) for path in [*files, *links]]
        touched = [*files, *attributes, *directories, *links, *removals]
        for path in touched:
            self._keep(path)
        self._foresee([*directories, *files, *links], set(directories))
        self._write_index()
        self._put(files, directories, links)
        for path, wanted in attributes.items():
            with hindrance.named(path):
                file_ops.set_attributes(path, wanted)
        for path in removals:
            with hindrance.named(path):
                file_ops.remove(path)
        file_ops.settle([*touched, *self._created], attributes)

    def _put(self, files: dict[str, model.File], directories: dict[str, remembered.PathValue], links: dict[str, str]) -> None:
        """All of them beside their places first: what cannot be written is found out before anything is replaced."""
        # parents first: one that takes the place of a link must not be followed
        for path in sorted(directories):
            with hindrance.named(path):
                file_ops.make_directory(path, directories[path])
        for path, file in files.items():
            with hindrance.named(path):
                file_ops.make_parents(path)
                file_ops.write(file_ops.beside(path), file)
        for path, target in links.items():
            with hindrance.named(path):
                file_ops.make_parents(path)
                file_ops.make_link(file_ops.beside(path), target)
        for path in [*files, *links]:
            with hindrance.named(path):
                file_ops.clear_directory(path)
                os.rename(file_ops.beside(path), path)

    def take_back(self) -> list[str]:
        """Put every journalled path back as it was; what cannot be put back is named, the rest still is."""
        failures: list[str] = []
        self._temporary = self._without_temporary(self._temporary, failures)
        for path, entry in self._entries.items():
            file_ops.attempt(failures, path, file_ops.clear, path, entry["value"])
        for path in reversed(self._created):
            file_ops.attempt(failures, path, file_ops.remove_empty, path)
        # parents first: a directory has to be back before what lay in it
        for path in sorted(self._entries):
            file_ops.attempt(failures, path, self._restore, path, self._entries[path])
        file_ops.attempt(failures, self.journal, file_ops.settle, [*self._entries, *self._created])
        if not failures:
            self._stuck.clear()
            file_ops.attempt(failures, self.journal, self.commit)
        return list(dict.fromkeys(failures))

    def commit(self) -> None:
        """There is no way back from here. What a killed attempt left, and cannot be withdrawn yet, stays in the journal."""
        if self._stuck or self._temporary_left():
            self._entries = {path: self._entries[path] for path in self._entries if path in self._stuck}
            self._write_index()
            return
        if os.path.lexists(self._index):
            # the index first: with a part of its backups gone it would promise what it cannot keep
            os.unlink(self._index)
            files.sync_directory(self.journal)
        shutil.rmtree(self.journal, ignore_errors=True)

    def _temporary_left(self) -> bool:
        self._temporary = [path for path in self._temporary if os.path.lexists(path)]
        return bool(self._temporary)

    def _without_temporary(self, temporary: list[str], failures: list[str]) -> list[str]:
        """Those that could not be taken away."""
        targets = {file_ops.beside(path): path for path in self._entries}

        def gone(path: str) -> bool:
            return file_ops.attempt(failures, targets.get(path, path), file_ops.discard, path)

        return [path for path in dict.fromkeys(temporary) if not gone(path)]

    def previously_existed(self, path: str) -> bool:
        return bool(self._entries.get(path, {}).get("value"))

    def _keep(self, path: str) -> None:
        if path in self._entries:
            return
        with hindrance.named(path):
            entry: dict[str, Any] = {"value": paths.observe(path).value, "backup": self._free_backup()}
        backup = os.path.join(self.journal, entry["backup"])
        with hindrance.named(self.journal):
            files.make_directories(self.journal, 0o700)
            file_ops.remove(backup)
            if entry["value"] and entry["value"]["kind"] == "file":
                file_ops.back_up(path, backup)
        self._entries[path] = entry

    def _free_backup(self) -> str:
        return str(max((int(entry["backup"]) + 1 for entry in self._entries.values()), default=0))

    def keep_tree(self, path: str) -> None:
        """Before a whole strange directory goes: keep all of it."""
        self._keep(path)
        entry = self._entries[path]
        if not entry.get("tree"):
            with hindrance.named(self.journal):
                file_ops.copy_tree(path, os.path.join(self.journal, entry["backup"]))
            entry["tree"] = True

    def _foresee(self, targets: list[str], directories: set[str]) -> None:
        """Name the directories that are about to be made: a run killed right after making one must not forget it."""
        for path in targets:
            missing = file_ops.missing_parents(path)
            if path in directories and (not os.path.isdir(path) or os.path.islink(path)):
                missing.append(path)
            self._created += [directory for directory in missing if directory not in self._created]

    def _write_index(self) -> None:
        kept = {"version": VERSION, "entries": self._entries, "created": self._created, "temporary": self._temporary}
        files.make_directories(self.journal, 0o700)
        files.write_json(self._index, kept, 0o600)

    def _restore(self, path: str, entry: dict[str, Any]) -> None:
        before = entry["value"]
        if before is None or (paths.observe(path).value == before and not entry.get("tree")):
            return
        backup = os.path.join(self.journal, entry["backup"])
        if before["kind"] == "file":
            file_ops.put_back(backup, path, before)
        elif before["kind"] == "link":
            file_ops.make_parents(path)
            os.symlink(before["target"], path)
        elif before["kind"] == "directory":
            if entry.get("tree"):
                file_ops.remove(path)
                file_ops.copy_tree(backup, path)
            elif not os.path.isdir(path):
                os.mkdir(path, 0o700)
            file_ops.set_attributes(path, before)
        else:
            raise OSError(errno.ENOTSUP, "was a pipe, socket or device, which is not put back")
