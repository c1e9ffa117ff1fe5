# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are on every host, and that no package's list has: made by installers, package scripts and the system itself. Data.

What nobody is served or let in by (``VOLATILE``) is passed over. The rest is kept as it was when the host was last converged: what
changed since is told. Of what package scripts make (``SCRIPTED``) a change while a package is installed is theirs.
"""

from __future__ import annotations

from .._host import globs

WILD = frozenset("*?")

VOLATILE = (
    "/etc/.pwd.lock",
    "/etc/.updated",
    "/etc/mtab",
    "/etc/ld.so.cache",
    "/etc/*-",
    # what dpkg and ucf put aside: whatever reads a directory passes these names over
    "/etc/**/*.dpkg-old",
    "/etc/**/*.dpkg-dist",
    "/etc/**/*.dpkg-new",
    "/etc/**/*.ucf-old",
    "/etc/**/*.ucf-dist",
    "/etc/adjtime",
    "/etc/motd",
    "/etc/rc?.d/*",
    "/etc/rc.d/**",
    "/etc/runit/**",
    "/etc/sv/**",
    "/etc/dpkg/origins/default",
    "/etc/security/opasswd",
    "/etc/apparmor.d/local/*",
    "/etc/apparmor.d/cache*/**",
    "/etc/python3/debian_config",
    "/etc/lvm/archive/**",
    "/etc/lvm/backup/**",
    "/etc/emacs/**",
    "/usr/local/man",
    "/usr/local/share/man/**",
    "/usr/local/share/fonts/**",
    "/usr/local/share/emacs/**",
    "/usr/local/share/texmf/**",
    "/usr/local/share/sgml/**",
    "/usr/local/share/xml/**",
    "/usr/local/lib/python*/dist-packages",
    "/usr/lib/python3/dist-packages/**/__pycache__/**",
    "/usr/lib/python3/dist-packages/__pycache__",
    "**/__pycache__",
    # the backup beside a deploy, while it lasts
    "/run/systemd/transient/echodiary-deploy-backup-*.service",
)

#: accounts and their secrets: read for what they allow, not by their bytes
ACCOUNTS = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid")

SCRIPTED = (
    "/etc/alternatives/*",
    "/etc/ca-certificates.conf",
    "/etc/chrony/chrony.keys",
    "/etc/default/console-setup",
    "/etc/default/grub",
    "/etc/default/grub.d/*",
    "/etc/default/networkd-dispatcher",
    "/etc/default/useradd",
    "/etc/nsswitch.conf",
    "/etc/pam.d/common-*",
    "/etc/shells",
    "/etc/ssh/ssh_host_*_key",
    "/etc/ssh/ssh_host_*_key.pub",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/java/cacerts",
    "/etc/ssl/certs/ssl-cert-snakeoil.pem",
    "/etc/ssl/private/ssl-cert-snakeoil.key",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/debian.sources",
    "/etc/apt/sources.list.d/ubuntu.sources",
    "/etc/sgml/**",
    "/etc/xml/**",
)

LIVING = (
    "/etc/environment",
    "/etc/fstab",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/hosts.allow",
    "/etc/hosts.deny",
    "/etc/inputrc",
    "/etc/locale.conf",
    "/etc/locale.gen",
    "/etc/default/locale",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/machine-id",
    "/etc/machine-info",
    "/etc/modules",
    "/etc/networks",
    "/etc/profile",
    "/etc/resolv.conf",
    "/etc/vconsole.conf",
    "/etc/default/keyboard",
    "/etc/network/interfaces",
    "/etc/network/interfaces.d/50-cloud-init",
    "/etc/netplan/*.yaml",
    "/etc/systemd/network/*",
    "/etc/systemd/system/default.target",
    "/etc/iscsi/initiatorname.iscsi",
    "/etc/hibagent-config.cfg",
    "/root/.bashrc",
    "/root/.profile",
)


class Patterns:
    """Many globs at once: most are whole paths or directories, which takes no expression to see."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._whole = frozenset(one for one in patterns if not WILD.intersection(one))
        self._below = tuple(one[:-2] for one in patterns if one.endswith("/**") and not WILD.intersection(one[:-2]))
        self._others = [one for one in patterns if one not in self._whole and one[:-2] not in self._below]

    def match(self, path: str) -> bool:
        return path in self._whole or path.startswith(self._below) or globs.matches_any(path, self._others)


IS_VOLATILE, IS_SCRIPTED, IS_LIVING = Patterns(VOLATILE), Patterns(SCRIPTED), Patterns((*LIVING, *SCRIPTED))
