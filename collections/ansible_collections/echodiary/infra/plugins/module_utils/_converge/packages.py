# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: read from the package manager's own database, without starting it. The controller installs what is missing."""

from __future__ import annotations

import os

from . import model
from .run import run

DPKG_STATUS = "/var/lib/dpkg/status"


def manager() -> str:
    """``apt`` or ``dnf``: which hand the controller has to use here."""
    return "apt" if os.path.exists(DPKG_STATUS) else "dnf"


def installed(names: list[str], status_file: str = DPKG_STATUS) -> dict[str, str]:
    """Installed versions of ``names``; a package that is missing or half installed is absent from the answer."""
    if not names:
        return {}
    if os.path.exists(status_file):
        with open(status_file, encoding="utf-8", errors="replace") as handle:
            return parse_dpkg(handle.read(), names)
    return parse_rpm(run(["rpm", "-q", "--qf", "%{NAME}\t%{VERSION}-%{RELEASE}\n", *names]).output, names)


def parse_dpkg(status: str, names: list[str]) -> dict[str, str]:
    """deb822 stanzas of dpkg's status file (deb-control(5)); searched, not parsed whole: it holds thousands."""
    found = {}
    text = "\n" + status
    for name in names:
        start = text.find(f"\nPackage: {name}\n")
        if start < 0:
            continue
        stanza = text[start + 1 : text.find("\n\n", start + 1)].splitlines()
        if "Status: install ok installed" in stanza or "Status: hold ok installed" in stanza:
            found[name] = next((line[9:] for line in stanza if line.startswith("Version: ")), "")
    return found


def parse_rpm(output: str, names: list[str]) -> dict[str, str]:
    rows = (line.split("\t") for line in output.splitlines() if line.count("\t") == 1)
    return {name: version for name, version in rows if name in names}


def split(wanted: str) -> tuple[str, str]:
    """``haproxy=3.0.11-1`` -> (``haproxy``, ``3.0.11-1``); without a version the second is empty: any will do."""
    name, _, version = wanted.partition("=")
    return name, version


def plan(desired: list[str], live: dict[str, str], last: dict[str, str]) -> list[model.Change]:
    """``last`` maps resource names to what was recorded when we applied them."""
    changes = []
    for wanted in desired:
        name, version = split(wanted)
        here = live.get(name)
        if here is None or (version and here != version):
            was = last.get(f"package:{name}")
            satisfied = was is not None and here is not None and split(was)[1] in ("", here)
            origin = model.origin(wanted, was, was if satisfied else here)
            changes.append(model.Change(f"package:{name}", "install", origin, {"version": [here, version or "any"]}))
    return changes
