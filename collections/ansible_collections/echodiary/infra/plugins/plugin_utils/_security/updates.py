# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates that a distribution gave out for security, and that a host does not have. Pure."""

from __future__ import annotations

import re

from .shapes import Finding

#: Inst openssl [3.5.1-1] (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64])
_LINE = re.compile(r"^Inst (?P<package>\S+) (?:\[(?P<old>[^\]]*)\] )?\((?P<new>\S+) (?P<origin>[^)\[]*)", re.MULTILINE)
_SECURITY = re.compile(r"security", re.IGNORECASE)


def findings(said: str, host: str) -> list[Finding]:
    """``said``: by apt-get -s dist-upgrade. What is new is there for something else, and comes along with that."""
    return [
        {
            "id": f"updates:{one['package']}",
            "host": host,
            "severity": "medium",
            "text": f"{one['package']} {one['old']} has a security update, {one['new']}",
            "mend": "sudo unattended-upgrade on the host, or baseline_unattended_upgrades",
        }
        for one in _LINE.finditer(said)
        if one["old"] and _SECURITY.search(one["origin"])
    ]
