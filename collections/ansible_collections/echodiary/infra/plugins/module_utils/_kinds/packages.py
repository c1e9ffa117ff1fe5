# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: read from the package manager's own database, without starting it. The controller installs what is missing.

A wanted package is written as for apt: ``name``, ``name:architecture``, ``name=version``, where the version may hold wildcards.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator, Mapping

from .._host import dpkg
from .._host.run import run
from .._ledger import shapes
from . import model, protocol

NAME, KEY, SHARED = "package", "packages", model.ANY
WORDS, PREFIX = ("package", "packages"), ""
ACCOUNTS = True
SCHEMA: model.Schema = {"type": "list", "elements": "str", "default": []}
ENTRY: model.Schema = {}
SHAPE = shapes.TEXT
#: apt's other forms (name/release, name-, patterns in the name) mean something else from day to day, or remove what they name
FORM = r"[A-Za-z0-9][A-Za-z0-9+._-]*(:[a-z0-9-]+)?(=[^=\s/]+)?"
_INSTALLING: dict[str, model.Json] = {"update_cache": True, "cache_valid_time": 3600, "install_recommends": False}

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
            return parse_dpkg(handle.read(), names, dpkg.updates(os.path.dirname(status_file)))
    query = "%{NAME}\t%{VERSION}-%{RELEASE}\n%{NAME}.%{ARCH}\t%{VERSION}-%{RELEASE}\n"
    return parse_rpm(run(["rpm", "-q", "--qf", query, *names]).output, names)


def interrupted(status_file: str = DPKG_STATUS) -> bool:
    """dpkg was killed in the middle of its work: until it is told to go on, apt refuses everything. One that works is none."""
    if not dpkg.updates(os.path.dirname(status_file)):
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


def checked(given: list[str]) -> list[str]:
    for package in given:
        if not re.fullmatch(FORM, package):
            forms = "name, name:architecture or name=version, where the version may hold wildcards, as in tree=2.*"
            raise model.ConvergeError(f"packages '{package}' cannot be compared with what is installed; write it as {forms}")
    return given


def entries(declared: list[str]) -> Mapping[str, model.Json]:
    return values(declared)


def values(declared: list[str]) -> dict[str, str]:
    return {split(wanted)[0]: wanted for wanted in declared}


def observe(names: list[str]) -> dict[str, str]:
    return installed(names)


def found(want: str, seen: str | None) -> str | None:
    """The version that is installed."""
    return seen


def plan(declared: list[str], seen: Mapping[str, str], last: model.Applied) -> list[model.Change]:
    changes = []
    for wanted in declared:
        name, version = split(wanted)
        here = seen.get(name)
        if here is None or not satisfies(version, here):
            was = last.values.get(name)
            satisfied = isinstance(was, str) and here is not None and satisfies(split(was)[1], here)
            origin = model.origin(wanted, was, was if satisfied else here)
            changes.append(model.Change(model.Resource(NAME, name), "install", origin, {"version": [here, version or "any"]}))
    return [*changes, *_removals(set(values(declared)), seen, last)]


def _removals(declared: set[str], seen: Mapping[str, str], last: model.Applied) -> Iterator[model.Change]:
    """One that was there before us stays. Others may need any other, so it takes a word to have it removed."""
    for name in last.values:
        if name not in declared and name in seen and last.before.get(name) is None:
            yield last.gone(NAME, name, {"version": [seen[name], None]}, certain=False)


def delegate(changes: list[model.Change], declared: list[str], manager: str) -> Iterator[protocol.Call]:
    wanted = [package for package in declared if any(change.name == split(package)[0] for change in changes)]
    gone = [change.name for change in changes if change.action == "remove"]
    if wanted:
        yield _call("packages", wanted, "present", manager)
    if gone:
        yield _call("removes packages", gone, "absent", manager)


def _call(what: str, names: list[str], state: str, manager: str) -> protocol.Call:
    what, brings = f"{what} {', '.join(names)}", tuple(f"package {name}" for name in names)
    if manager == "apt":
        extra: dict[str, model.Json] = {"lock_timeout": 120, **(_INSTALLING if state == "present" else {})}
        return protocol.Call(what, "ansible.builtin.apt", {"name": names, "state": state, **extra}, brings)
    return protocol.Call(what, "ansible.builtin.dnf", {"name": [name.replace("=", "-") for name in names], "state": state}, brings)


def look(name: str, manager: str) -> str:
    return f"{'apt-cache policy' if manager == 'apt' else 'dnf list'} {name.partition('=')[0]}"
