# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that give their users more than they have, and declared files that are held or shared by what no mode shows.

Which packages' programs have such rights is a short list that no database of theirs has: it is data here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from .._kinds import model
from . import reading
from .shapes import Finding, Known

NAME = "privileges"
#: with how many levels below it
PLACES = (
    ("/usr/bin", 0), ("/usr/sbin", 0), ("/usr/lib", 1), ("/usr/libexec", 1), ("/usr/local", 2), ("/opt", 2), ("/etc", 2),
    ("/tmp", 2), ("/var/tmp", 2), ("/dev/shm", 1), ("/root", 2), ("/home", 3), ("/srv", 2), ("/var/lib/haproxy", 1),  # noqa: S108 - looked at, not written to
)  # fmt: skip
#: where no package has a program: whatever its name, nobody brought it there
FOREIGN = tuple(f"{place}/" for place, depth in PLACES if not place.startswith("/usr/") or place == "/usr/local")
#: of Debian's and Ubuntu's packages
SETUID = frozenset(
    [
        "at", "bsd-write", "chage", "chfn", "chsh", "crontab", "dbus-daemon-launch-helper", "doas", "dotlockfile", "exim4", "expiry",
        "fusermount", "fusermount3", "gpasswd", "lockfile", "mlocate", "mount", "mount.cifs", "mount.nfs", "newgidmap", "newgrp",
        "newuidmap", "ntfs-3g", "pam_extrausers_chkpwd", "passwd", "ping", "ping6", "pkexec", "plocate", "polkit-agent-helper-1",
        "postdrop", "postqueue", "screen", "snap-confine", "ssh-agent", "ssh-keysign", "su", "sudo", "umount", "unix_chkpwd", "utempter",
        "wall", "write",
    ]
)  # fmt: skip
CAPABLE = frozenset(
    ["arping", "clockdiff", "dumpcap", "fping", "gst-ptp-helper", "mtr-packet", "newgidmap", "newuidmap", "ping", "ping6", "snap-confine"]
)
#: what keeps a file as it is, whoever asks (include/uapi/linux/fs.h), and how to ask
IMMUTABLE, APPEND, GET_FLAGS = 0x10, 0x20, 0x80086601
#: besides what is declared
HELD = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/hosts", "/etc/resolv.conf", "/etc/ssh/sshd_config", "/etc/sudoers")


class Seen(NamedTuple):
    """``set``: path -> mode; ``held``: path -> flags."""

    set: tuple[tuple[str, int], ...] = ()
    capable: tuple[str, ...] = ()
    held: tuple[tuple[str, int], ...] = ()
    shared: tuple[str, ...] = ()


def observe(known: Known) -> Seen:
    found = list(_files())
    paths = [path for path in sorted({*known.paths, *HELD}) if not path.startswith(("/proc", "/sys"))]
    return Seen(
        tuple((path, mode) for path, mode in found if mode & (stat.S_ISUID | stat.S_ISGID)),
        tuple(path for path, mode in found if mode & 0o111 and _has(path, "security.capability")),
        tuple((path, flags) for path in paths if (flags := _flags(path)) & (IMMUTABLE | APPEND)),
        tuple(path for path in paths if _has(path, "system.posix_acl_access")),
    )


def _files() -> Iterator[tuple[str, int]]:
    for place, depth in PLACES:
        yield from _below(place, depth)


def _below(directory: str, depth: int) -> Iterator[tuple[str, int]]:
    for entry in reading.entries(directory):
        if entry.is_file(follow_symlinks=False):
            # what has gone meanwhile has no mode
            with contextlib.suppress(OSError):
                yield entry.path, entry.stat(follow_symlinks=False).st_mode
        elif depth and entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, depth - 1)


def _has(path: str, attribute: str) -> bool:
    try:
        return bool(os.getxattr(path, attribute, follow_symlinks=False))
    except OSError:
        return False


def _flags(path: str) -> int:
    """Without a flag where the file system knows none. Opened without waiting: a pipe would wait for its other end."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOATIME)
    except OSError:
        return 0
    try:
        return int.from_bytes(fcntl.ioctl(descriptor, GET_FLAGS, b"\0" * 8)[:4], "little")
    except OSError as error:
        if error.errno not in (errno.ENOTTY, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
            raise
        return 0
    finally:
        os.close(descriptor)


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    yield from (_set(path, mode) for path, mode in seen.set if os.path.basename(path) not in SETUID or path.startswith(FOREIGN))
    for path in seen.capable:
        if os.path.basename(path) not in CAPABLE or path.startswith(FOREIGN):
            yield Finding(_resource(path), "who starts it has rights of root's (capabilities)", heal=("setcap", "-r", path))
    for path, flags in seen.held:
        word, letter = ("immutable", "i") if flags & IMMUTABLE else ("append-only", "a")
        why = f"{word}: nothing can be converged there"
        yield Finding(_resource(path), why, degraded=path in known.paths, heal=("chattr", f"-{letter}", path))
    for path in seen.shared:
        yield Finding(_resource(path), "an access list gives others more than its mode shows", heal=("setfacl", "-b", path))


def _set(path: str, mode: int) -> Finding:
    bits = [letter for letter, bit in (("u-s", stat.S_ISUID), ("g-s", stat.S_ISGID)) if mode & bit]
    why = f"who starts it has the rights of its {'owner' if mode & stat.S_ISUID else 'group'}"
    fields: model.Fields = {"mode": [f"{mode & 0o7777:04o}", f"{mode & 0o777:04o}"]}
    return Finding(_resource(path), why, fields, heal=("chmod", ",".join(bits), path))


def _resource(path: str) -> model.Resource:
    return model.Resource("privilege", path)
