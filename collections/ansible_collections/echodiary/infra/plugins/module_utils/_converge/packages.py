# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: read from the package manager's own database, without starting it. The controller installs what is missing.

A wanted package is written as for apt: ``name``, ``name:architecture``, ``name=version``, where the version may hold wildcards.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re

from . import model
from .run import run

DPKG_STATUS = "/var/lib/dpkg/status"
#: what dpkg(1) calls a package that is unpacked and configured, in either selection
INSTALLED = ("Status: install ok installed", "Status: hold ok installed")
#: apt's other words for the machine's own architecture (apt-get(8))
NATIVE = ("", "native", "all")


def manager() -> str:
    """``apt`` or ``dnf``: which hand the controller has to use here."""
    return "apt" if os.path.exists(DPKG_STATUS) else "dnf"


def installed(names: list[str], status_file: str = DPKG_STATUS) -> dict[str, str]:
    """Installed versions of ``names``; a package that is missing or only half there is absent from the answer."""
    if not names:
        return {}
    if os.path.exists(status_file):
        with open(status_file, encoding="utf-8", errors="replace") as handle:
            return parse_dpkg(handle.read(), names, updates(status_file))
    query = "%{NAME}\t%{VERSION}-%{RELEASE}\n%{NAME}.%{ARCH}\t%{VERSION}-%{RELEASE}\n"
    return parse_rpm(run(["rpm", "-q", "--qf", query, *names]).output, names)


def updates(status_file: str = DPKG_STATUS) -> str:
    """What dpkg did since it last wrote its status whole: stanzas that replace those of the status, oldest first."""
    directory = os.path.join(os.path.dirname(status_file), "updates")
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(name for name in os.listdir(directory) if name.isdigit()):
            # dpkg takes them away when it is done, which may be now
            with contextlib.suppress(FileNotFoundError), open(os.path.join(directory, name), encoding="utf-8", errors="replace") as handle:
                found.append(handle.read().strip("\n"))
    return "\n\n".join(found)


def interrupted(status_file: str = DPKG_STATUS) -> bool:
    """dpkg was killed in the middle of its work: until it is told to go on, apt refuses everything. One that works is none."""
    if not updates(status_file):
        return False
    with contextlib.suppress(OSError), open(os.path.join(os.path.dirname(status_file), "lock"), "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def parse_dpkg(status: str, names: list[str], newer: str = "") -> dict[str, str]:
    """deb822 stanzas of dpkg's status file (deb-control(5)); searched, not parsed whole: it holds thousands.

    ``newer``: stanzas in the same form that count in place of those in ``status``.
    """
    texts = [f"\n{newer}\n\n", f"\n{status}\n\n"] if newer else [f"\n{status}\n\n"]
    native = next((stanza["Architecture"] for stanza in _stanzas(texts, "dpkg") if "Architecture" in stanza), "")
    found = {}
    for wanted in names:
        name, _, architecture = wanted.partition(":")
        stanzas = _stanzas(texts, name)
        version = next((one["Version"] for one in stanzas if _is_installed(one) and _is_of(one, architecture, native)), None)
        if version is None and not stanzas:
            version = _provided(texts, name)
        if version is not None:
            found[wanted] = version
    return found


def _stanzas(texts: list[str], name: str) -> list[dict[str, str]]:
    """One for each architecture; what an earlier text has of it counts, and in one text the last."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        # what was purged has no architecture any more
        found = {**_stanzas_in(text, name, together=text is texts[-1]), **found} if "" not in found else found
    return list(found.values())


def _stanzas_in(text: str, name: str, together: bool) -> dict[str, dict[str, str]]:
    """``together``: those of one name follow each other, as dpkg writes its status, so nothing is searched twice."""
    found = {}
    head = f"\nPackage: {name}\n"
    start = text.find(head)
    while start >= 0:
        end = text.find("\n\n", start + 1)
        stanza = _fields(text[start + 1 : end])
        found[stanza.get("Architecture", "")] = stanza
        start = text.find(head, end, end + 1 + len(head) if together else len(text))
    return found


def _fields(stanza: str) -> dict[str, str]:
    rows = (line.partition(": ") for line in stanza.splitlines() if not line.startswith(" "))
    fields = {key: value for key, _, value in rows}
    return {"Version": "", **fields}


def _is_installed(stanza: dict[str, str]) -> bool:
    return f"Status: {stanza.get('Status')}" in INSTALLED


def _is_of(stanza: dict[str, str], wanted: str, native: str) -> bool:
    """A package for all architectures is one of the machine's own, as apt sees it."""
    has = stanza.get("Architecture", "")
    own = not native or has in (native, "all", "")
    if wanted in NATIVE:
        return own
    return wanted in ("any", has) or (wanted == native and own)


def _provided(texts: list[str], name: str) -> str | None:
    """A name that is no package's own may be what installed ones provide: then the version they provide it as, if any."""
    one = re.compile(rf"(?:^|, ){re.escape(name)}(?::\w+)?(?: \(= ([^)]*)\))?(?:,|$)")
    for line in re.finditer(r"\nProvides: (.*)", texts[-1]):
        provided = one.search(line.group(1)) if name in line.group(1) else None
        if provided and any(_is_installed(stanza) for stanza in _stanzas(texts, _owner(texts[-1], line.start()))):
            return provided.group(1) or ""
    return None


def _owner(text: str, place: int) -> str:
    """The package in whose stanza this place is."""
    start = text.rfind("\nPackage: ", 0, place) + len("\nPackage: ")
    return text[start : text.find("\n", start)]


def parse_rpm(output: str, names: list[str]) -> dict[str, str]:
    rows = (line.split("\t") for line in output.splitlines() if line.count("\t") == 1)
    return {name: version for name, version in rows if name in names}


def split(wanted: str) -> tuple[str, str]:
    """``haproxy=3.0.11-1`` -> (``haproxy``, ``3.0.11-1``); without a version the second is empty: any will do."""
    name, _, version = wanted.partition("=")
    return name, version


def satisfies(version: str, here: str) -> bool:
    """Is what is here what was asked for? ``version`` is compared as apt compares it: as it is written, or as a pattern."""
    if version in ("", here):
        return True
    import fnmatch  # only a version that is written as a pattern needs it

    return fnmatch.fnmatchcase(here, version)


def plan(desired: list[str], live: dict[str, str], last: dict[str, str]) -> list[model.Change]:
    """``last`` maps resource names to what was recorded when we applied them."""
    changes = []
    for wanted in desired:
        name, version = split(wanted)
        here = live.get(name)
        if here is None or not satisfies(version, here):
            was = last.get(f"package:{name}")
            satisfied = was is not None and here is not None and satisfies(split(was)[1], here)
            origin = model.origin(wanted, was, was if satisfied else here)
            changes.append(model.Change(f"package:{name}", "install", origin, {"version": [here, version or "any"]}))
    return changes
