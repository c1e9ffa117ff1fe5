# SPDX-License-Identifier: GPL-3.0-or-later
"""The single steps a transaction is made of: write beside, make, copy and take away paths. Each follows no final symlink."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Callable
from typing import Any

from . import model, paths

SUFFIX = ".echodiary-new"


def set_attributes(path: str, wanted: dict[str, Any]) -> None:
    os.chown(path, wanted["uid"], wanted["gid"])
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


def make_directory(path: str, wanted: dict[str, Any]) -> None:
    if not os.path.isdir(path) or os.path.islink(path):
        unlink(path)
        make_parents(path)
        os.mkdir(path, 0o700)
    set_attributes(path, wanted)


def copy_tree(source: str, target: str) -> None:
    """Contents, modes and owners; pipes and sockets are left out."""
    shutil.copytree(source, target, symlinks=True, copy_function=copy_regular)
    for directory, below, names in os.walk(source):
        for name in [".", *below, *names]:
            info = os.lstat(os.path.join(directory, name))
            copied = os.path.join(target, os.path.relpath(os.path.join(directory, name), source))
            if os.path.lexists(copied):
                os.chown(copied, info.st_uid, info.st_gid, follow_symlinks=False)
                if not stat.S_ISLNK(info.st_mode):
                    os.chmod(copied, stat.S_IMODE(info.st_mode))


def copy_regular(source: str, target: str) -> None:
    if os.path.isfile(source):
        shutil.copy2(source, target)


def beside(path: str) -> str:
    return os.path.join(os.path.dirname(path), f".{os.path.basename(path)}{SUFFIX}")


def write(path: str, file: model.File) -> None:
    unlink(path)
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


def unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)


def attempt(failures: list[str], path: str, step: Callable[..., None], *arguments: Any) -> None:
    try:
        step(*arguments)
    except OSError as error:
        failures.append(f"{path}: {error.strerror}")


def clear(path: str, before: paths.Value | None) -> None:
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
