# SPDX-License-Identifier: GPL-3.0-or-later
"""The single steps a transaction is made of: write beside, make, copy and take away paths. Each follows no final symlink."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .._kinds import paths
from .._ledger import files
from . import hindrance

if TYPE_CHECKING:
    from .._kinds import model, remembered

SUFFIX = ".echodiary-new"


def set_attributes(path: str, wanted: remembered.PathValue) -> None:
    os.chown(path, int(wanted["uid"]), int(wanted["gid"]))
    os.chmod(path, int(wanted["mode"], 8))


def missing_parents(path: str) -> list[str]:
    """Outermost first."""
    missing: list[str] = []
    parent = os.path.dirname(path)
    while not os.path.isdir(parent):
        missing.insert(0, parent)
        parent = os.path.dirname(parent)
    return missing


def make_parents(path: str) -> None:
    for directory in missing_parents(path):
        os.mkdir(directory, 0o755)
        os.chmod(directory, 0o755)  # noqa: S103 as every directory below /etc is


def make_directory(path: str, wanted: remembered.PathValue) -> None:
    if not os.path.isdir(path) or os.path.islink(path):
        unlink(path)
        make_parents(path)
        os.mkdir(path, 0o700)
    set_attributes(path, wanted)


def make_link(path: str, target: str) -> None:
    discard(path)
    os.symlink(target, path)


def copy_tree(source: str, target: str) -> None:
    """Contents, modes and owners, on the disk when this returns; pipes and sockets are left out."""
    shutil.copytree(source, target, symlinks=True, copy_function=copy_regular)
    for directory, below, names in os.walk(source):
        for name in [".", *below, *names]:
            info = os.lstat(os.path.join(directory, name))
            copied = os.path.join(target, os.path.relpath(os.path.join(directory, name), source))
            if os.path.lexists(copied):
                os.chown(copied, info.st_uid, info.st_gid, follow_symlinks=False)
                if not stat.S_ISLNK(info.st_mode):
                    os.chmod(copied, stat.S_IMODE(info.st_mode))
                    files.sync(copied)


def copy_regular(source: str, target: str) -> None:
    if os.path.isfile(source):
        shutil.copy2(source, target)


def back_up(source: str, target: str) -> None:
    """A private copy, on the disk when this returns."""
    shutil.copy2(source, target)
    os.chmod(target, 0o600)
    files.sync(target)


def put_back(backup: str, path: str, before: remembered.PathValue) -> None:
    make_parents(path)
    discard(beside(path))
    shutil.copy2(backup, beside(path))
    set_attributes(beside(path), before)
    files.sync(beside(path))
    clear_directory(path)
    os.rename(beside(path), path)


def beside(path: str) -> str:
    """The temporary name of ``path``: in the same directory, and never longer than a name may be."""
    directory, name = os.path.split(path)
    fresh = f".{name}{SUFFIX}"
    if len(os.fsencode(fresh)) > hindrance.LONGEST_NAME:
        fresh = f".{hashlib.sha256(os.fsencode(name)).hexdigest()[:32]}{SUFFIX}"
    return os.path.join(directory, fresh)


def write(path: str, file: model.File) -> None:
    """A new file, whole and on the disk when this returns; nobody else reads it before it has its owner and mode."""
    discard(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        file.pour(handle)
        handle.flush()
        os.fchown(handle.fileno(), file.uid, file.gid)
        os.fchmod(handle.fileno(), file.mode)
        os.fsync(handle.fileno())


def unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)


def discard(path: str) -> None:
    """Away with a temporary name, whatever goes by it. One that is too long to exist never did."""
    try:
        remove(path)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise


def attempt(failures: list[str], path: str, step: Callable[..., None], *arguments: Any) -> bool:
    """Did ``step`` go well? If not, why it did not is among the failures, and the others still have their turn."""
    try:
        step(*arguments)
    except OSError as error:
        failures.append(f"{path}: {hindrance.explain(path, error)}")
        return False
    return True


def clear(path: str, before: remembered.PathValue | None) -> None:
    """Away with what took the place of something else; a directory that we made goes later, with the others."""
    now = paths.observe(path).value
    if now and now["kind"] != "directory" and (before is None or before["kind"] != now["kind"] or now["kind"] == "link"):
        unlink(path)


def remove_empty(directory: str) -> None:
    if os.path.isdir(directory) and not os.path.islink(directory) and not os.listdir(directory):
        os.rmdir(directory)


def clear_directory(path: str) -> None:
    """A directory where a file has to be: its contents are in the journal only if it was empty or kept as a tree."""
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        unlink(path)


def settle(touched: Iterable[str], attributes: Iterable[str] = ()) -> None:
    """The power may fail now: what was renamed, made or taken away at ``touched`` stays so, and so do these ``attributes``."""
    changed = list(touched)
    for path in [*attributes, *(path for path in changed if os.path.isdir(path) and not os.path.islink(path))]:
        files.sync(path)
    for directory in sorted({os.path.dirname(path) for path in changed}):
        if os.path.isdir(directory):
            files.sync_directory(directory)
