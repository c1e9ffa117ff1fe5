# SPDX-License-Identifier: GPL-3.0-or-later
"""Links that systemctl, alternatives and certificates consist of: whose they are is in where they lead, or in a list beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from .shapes import Known

UNITS = "/etc/systemd/system"
#: what packages' scripts enabled and masked, as they keep it for themselves
ENABLED, MASKED = "/var/lib/systemd/deb-systemd-helper-enabled", "/var/lib/systemd/deb-systemd-helper-masked"
#: enabled by the presets of systemd itself when a system is installed
PRESET = (
    "getty.target.wants/getty@tty1.service",
    "multi-user.target.wants/remote-fs.target",
    "sysinit.target.wants/systemd-pstore.service",
    "multi-user.target.wants/systemd-networkd.service",
    "network-online.target.wants/systemd-networkd-wait-online.service",
    "sockets.target.wants/systemd-networkd.socket",
    "sysinit.target.wants/systemd-network-generator.service",
    "sysinit.target.wants/systemd-resolved.service",
    "sysinit.target.wants/systemd-timesyncd.service",
    "dbus-org.freedesktop.network1.service",
    "dbus-org.freedesktop.resolve1.service",
    "dbus-org.freedesktop.timesync1.service",
)


def are_known(path: str, target: str, known: Known) -> bool:
    if path.startswith(f"{UNITS}/"):
        return _is_unit_known(path[len(UNITS) + 1 :], target, known)
    if path.startswith("/etc/systemd/user/"):
        return target.startswith(("/usr/lib/systemd/user/", "/lib/systemd/user/"))
    if path.startswith("/etc/ssl/certs/"):
        return _is_certificate_known(target)
    return target.startswith("/etc/alternatives/")


def _is_unit_known(link: str, target: str, known: Known) -> bool:
    if target == "/dev/null":
        return os.path.lexists(f"{MASKED}/{os.path.basename(link)}")
    unit = os.path.basename(link)
    return unit in known.units or link in PRESET or os.path.lexists(f"{ENABLED}/{link}") or os.path.basename(target) in known.units


def _is_certificate_known(target: str) -> bool:
    return "/" not in target or target.startswith(("/usr/share/ca-certificates/", "/usr/local/share/ca-certificates/"))


def disabled(known: Known) -> Iterator[str]:
    """Units that a package enabled, and that nothing enables any more."""
    for directory, _, names in os.walk(ENABLED):
        for name in names:
            link = os.path.join(UNITS, os.path.relpath(os.path.join(directory, name), ENABLED))
            if not name.endswith(".dsh-also") and not os.path.lexists(link) and _is_up_to_us(name, known):
                yield name


def _is_up_to_us(name: str, known: Known) -> bool:
    """Declared units are compared as units; one that is not installed any more has nothing to be enabled."""
    return name not in known.units and any(os.path.exists(f"{place}/{name}") for place in ("/usr/lib/systemd/system", UNITS))
