# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a file's mode lets in. Packages' lists say nothing of modes, so this asks only what is wrong on any host. Pure."""

from __future__ import annotations

import stat

from .._host import globs

#: who may do more with these than this gives somebody away
BOUNDS = (
    ("/etc/shadow*", 0o640),
    ("/etc/gshadow*", 0o640),
    ("/etc/sudoers", 0o440),
    ("/etc/sudoers.d/*", 0o644),
    ("/etc/ssh/ssh_host_*_key", 0o640),
    ("/etc/ssl/private/**", 0o640),
)


def surplus(path: str, mode: int) -> int:
    """The permission bits that ``path`` should not have; 0 where all is well. ``mode``: as of stat(2)."""
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return 0
    open_to_all = 0 if mode & stat.S_ISVTX else mode & stat.S_IWOTH
    if not stat.S_ISREG(mode) or not path.startswith("/etc/s"):
        return open_to_all
    bound = next((most for pattern, most in BOUNDS if globs.matches(path, pattern)), 0o777)
    return open_to_all | stat.S_IMODE(mode) & 0o777 & ~bound


def closing(surplus_bits: int) -> str:
    """As chmod(1) is told."""
    return ",".join(
        f"{who}-{_letters(surplus_bits >> shift)}" for who, shift in (("u", 6), ("g", 3), ("o", 0)) if surplus_bits >> shift & 7
    )


def _letters(bits: int) -> str:
    return "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit)
