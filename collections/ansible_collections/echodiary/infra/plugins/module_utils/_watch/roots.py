# SPDX-License-Identifier: GPL-3.0-or-later
"""Which directories have power over a host. Data, but for people's homes."""

from __future__ import annotations

import os
from typing import NamedTuple


class Root(NamedTuple):
    """``only``: nothing else in it counts (globs); below it everything does where nothing is said."""

    path: str
    only: tuple[str, ...] = ()


_HOME = (
    ".ssh/**",
    ".bashrc",
    ".bash_login",
    ".bash_profile",
    ".bash_aliases",
    ".profile",
    ".docker/**",
    ".config/systemd/**",
    ".config/environment.d/**",
    ".pam_environment",
    ".forward",
)
ROOTS = (
    Root("/etc"),
    Root("/usr/local"),
    Root("/var/spool/cron"),
    Root("/run/systemd/system"),
    Root("/run/systemd/system.control"),
    Root("/run/systemd/transient", ("*.service", "*.timer", "*.socket", "*.path", "*.mount", "*.d/**")),
    Root("/run/sysctl.d"),
    Root("/run/modprobe.d"),
    Root("/run/udev/rules.d"),
    Root("/run/tmpfiles.d"),
    Root("/usr/bin"),
    Root("/usr/sbin"),
    Root("/usr/lib/systemd"),
    Root("/usr/lib/sysctl.d"),
    Root("/usr/lib/modules-load.d"),
    Root("/usr/lib/modprobe.d"),
    Root("/usr/lib/udev/rules.d"),
    Root("/usr/lib/tmpfiles.d"),
    Root("/usr/lib/environment.d"),
    Root("/usr/lib/docker"),
    Root("/usr/libexec/docker"),
    Root("/usr/lib/python3/dist-packages", ("*.pth", "sitecustomize.py", "usercustomize.py")),
    Root("/root", _HOME),
)
#: what packages' lists are read for
PREFIXES = tuple(f"{root.path}/" for root in ROOTS)


def homes() -> list[Root]:
    try:
        return [Root(entry.path, _HOME) for entry in os.scandir("/home") if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
