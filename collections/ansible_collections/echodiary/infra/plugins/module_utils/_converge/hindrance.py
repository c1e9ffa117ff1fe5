# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of a change to a path: an attribute that chattr set, a mount, a name; and how it is lifted."""

from __future__ import annotations

import array
import contextlib
import errno
import fcntl
import os
import shlex
import struct
from collections.abc import Iterator

#: _IOR('f', 1, long) of linux/fs.h, where the size is part of the number
_GET_FLAGS = 2 << 30 | struct.calcsize("l") << 16 | 0x6601
_ATTRIBUTES = {0x10: ("i", "immutable"), 0x20: ("a", "append-only")}
LONGEST_NAME = 255


@contextlib.contextmanager
def named(path: str) -> Iterator[None]:
    """Whatever fails inside fails on ``path``: people declared that one, and not the temporary name beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, explain(path, error), path) from error


def explain(path: str, error: OSError) -> str:
    """Why it failed, in words, with what helps where that is known."""
    said = error.strerror or str(error)
    if error.errno in (errno.EPERM, errno.EACCES):
        return said + _attribute_of(path)
    if error.errno == errno.EROFS:
        mount = mount_point(path)
        return f"{said}: {mount} is mounted read-only; look why (dmesg), then: mount -o remount,rw {shlex.quote(mount)}"
    if error.errno == errno.EBUSY and os.path.ismount(path):
        return f"{said}: something is mounted there; see what: findmnt {shlex.quote(path)}"
    if error.errno == errno.ENAMETOOLONG and len(os.fsencode(os.path.basename(path))) > LONGEST_NAME:
        return f"{said}: a name has {LONGEST_NAME} bytes at most"
    return said


def mount_point(path: str) -> str:
    """Where the file system begins that ``path`` is in, or would be."""
    while not os.path.ismount(path):
        path = os.path.dirname(path)
    return path


def _attribute_of(path: str) -> str:
    for place in _suspects(path):
        letter, word = attribute(place)
        if letter:
            return f": {place} is {word}; lift that: chattr -{letter} {shlex.quote(place)}"
    return ""


def _suspects(path: str) -> Iterator[str]:
    """The path, the directory that would lose or get it, and what is below it."""
    yield path
    yield os.path.dirname(path)
    for directory, below, names in os.walk(path):
        yield from (os.path.join(directory, name) for name in [*below, *names])


def attribute(path: str) -> tuple[str, str]:
    """Letter and name of the attribute that forbids changes, empty when there is none."""
    flags = array.array("l", [0])
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ("", "")
    try:
        fcntl.ioctl(descriptor, _GET_FLAGS, flags)
    except OSError:
        return ("", "")  # a file system without attributes
    finally:
        os.close(descriptor)
    return next((told for bit, told in _ATTRIBUTES.items() if flags[0] & bit), ("", ""))
