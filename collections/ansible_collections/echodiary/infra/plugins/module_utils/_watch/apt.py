# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be installed, from whom, and whether security updates still come: by what apt says that its files come to."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .._host import dpkg, run
from .._kinds import model
from . import apt_words, reading
from .shapes import Finding, Known, as_it_is

NAME = "apt"
CONF, SOURCES, STAMPS = "/etc/apt/apt.conf.d", "/etc/apt/sources.list.d", "/var/lib/apt/periodic"
STAMP = f"{STAMPS}/unattended-upgrades-stamp"
#: without a run of unattended upgrades for longer something is wrong with it (s)
LATEST = 3 * 86400
#: lists that count as a whole; of others more than is declared may stand there
KEPT_BACK = "unattended-upgrade::package-blacklist::"
WHOLE = (KEPT_BACK, "unattended-upgrade::origins-pattern::", "unattended-upgrade::allowed-origins::")
#: what lets in what nobody vouches for: expression over names -> the values that do
OPEN: Mapping[str, tuple[str, ...]] = {
    r"apt::get::allowunauthenticated|apt::get::allow-(?:downgrades|remove-essential)": ("1", "true", "yes", "on", "enable", "with"),
    r"acquire::allow(?:insecure|weak|downgradetoinsecure)\w*": ("1", "true", "yes", "on", "enable", "with"),
    r"acquire::check-valid-until|acquire::https::(?:.*::)?verify-(?:peer|host)": ("0", "false", "no", "off", "disable", "without"),
    r"apt::sandbox::user": ("root",),
}
#: commands that apt and dpkg run as root
HOOKS = re.compile(r"(?:dpkg|apt::update|apt)::(?:pre|post)-(?:invoke|install-pkgs|invoke-\w+|update)(?:-success)?::")
_TRUSTED = re.compile(r"(?im)^(?!\s*#).*?\b((?:trusted|allow-insecure|allow-weak)\s*[=:]\s*(?:yes|true|1|on))\b")


class Seen(NamedTuple):
    """``files``: of apt.conf.d, in their order; ``packaged``: those of packages; ``declared``: those of components as they lie there.

    ``since``: from when on upgrades should have come (s, epoch); ``ran``: when they last did.
    """

    held: tuple[str, ...] = ()
    settings: apt_words.Settings | None = None
    refusal: str = ""
    files: Mapping[str, str] = {}
    declared: Mapping[str, str] = {}
    packaged: frozenset[str] = frozenset()
    trusting: Mapping[str, str] = {}
    since: float = 0.0
    ran: float = 0.0
    now: float = 0.0


def observe(known: Known) -> Seen:
    done = run.run(["apt-config", "dump"], timeout=20)
    if done.code == 127:
        return Seen()
    files = {path: reading.text(path) for path in [*_listed(CONF), "/etc/apt/apt.conf"]}
    settings = apt_words.parse_dump(done.output) if not done.code else None
    return Seen(
        tuple(dpkg.held()),
        settings,
        done.output.splitlines()[-1] if done.code and done.output else "",
        files,
        {path: text for path, text in files.items() if path in known.files},
        frozenset(path for path in files if path in dpkg.conffiles() or path in dpkg.ucf()),
        dict(_trusting(known)),
        *_upgrades(),
    )


def _trusting(known: Known) -> Iterator[tuple[str, str]]:
    for path in ["/etc/apt/sources.list", *_listed(SOURCES)]:
        found = _TRUSTED.search(reading.text(path)) if path not in known.paths else None
        if found:
            yield path, found[1]


def _upgrades() -> tuple[float, float, float]:
    """``since``, ``ran``, ``now``: a host that was just made, or was switched off, is not to blame."""
    now = time.time()
    started = now - float((reading.text("/proc/uptime") or "0").split()[0])
    return max(started, reading.modified(f"{dpkg.ROOT}/info/unattended-upgrades.list")), reading.modified(STAMP), now


def _listed(directory: str) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(directory) if entry.is_file())
    except OSError:
        return []


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    yield from (_held(package) for package in seen.held)
    yield from (_trusted(path, said) for path, said in seen.trusting.items())
    if seen.refusal:
        why = f"apt refuses its configuration, so no update is installed: {seen.refusal}"
        yield Finding(model.Resource(NAME, "configuration"), why, step="apt-config dump")
    if seen.settings is not None:
        yield from _differing(seen.settings, seen, known)
        yield from _open(seen.settings, seen, known)
        yield from _hooks(seen.settings, seen, known)
        yield from _late(seen.settings, seen)


def _held(package: str) -> Finding:
    why = "kept as it is by hand: no security update of it is installed"
    return Finding(model.Resource("hold", package), why, heal=("apt-mark", "unhold", package))


def _trusted(path: str, said: str) -> Finding:
    why = f"'{said}': apt installs what comes from there without asking who signed it"
    return Finding(model.Resource(NAME, f"source:{path}"), why, step=f"sudoedit {path}", content=as_it_is(said))


def declared(seen: Seen) -> dict[str, list[str]]:
    """What the declared files come to, in the order in which apt reads them."""
    return apt_words.settings([said for _, text in sorted(seen.declared.items()) for said in apt_words.parse(text)])


def _differing(settings: apt_words.Settings, seen: Seen, known: Known) -> Iterator[Finding]:
    wanted = declared(seen)
    nothing: dict[str, list[str]] = {KEPT_BACK: []} if wanted else {}
    for name, values in {**nothing, **wanted}.items():
        found = settings.get(name, [])
        if not _agree(name, found, values):
            yield _different(name, found, values, seen, known)


def _agree(name: str, found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Of other lists than those of upgrades more may stand there."""
    if name in WHOLE:
        return set(found) == set(wanted)
    return set(wanted) <= set(found) if name.endswith("::") else list(found) == list(wanted) or (not found and wanted == [""])


def _different(name: str, found: Sequence[str], wanted: Sequence[str], seen: Seen, known: Known) -> Finding:
    place = _said_by(name, seen, known)
    shown = name[:-2] if name.endswith("::") else name
    why = f"not what is declared{f': {place} says otherwise' if place else ''}"
    fields = {"in force": [", ".join(found) if found else None, ", ".join(wanted)]}
    return Finding(model.Resource(NAME, shown), why, fields, step=_step(place), content=as_it_is(", ".join(found)))


def _said_by(name: str, seen: Seen, known: Known) -> str:
    """The last that says something of it."""
    saying = [path for path, text in seen.files.items() if path not in known.paths and path not in known.files and _says(text, name)]
    return saying[-1] if saying else ""


def _says(text: str, name: str) -> bool:
    plain = name[:-2] if name.endswith("::") else name
    return any(one.name in (name, plain) for one in apt_words.parse(text))


def _step(place: str) -> str:
    return f"sudoedit {place}" if place else "apt-config dump"


def _open(settings: apt_words.Settings, seen: Seen, known: Known) -> Iterator[Finding]:
    wanted = declared(seen)
    for name, values in settings.items():
        bad = next((words for pattern, words in OPEN.items() if re.fullmatch(pattern, name)), ())
        if values[-1].lower() in bad and name not in wanted:
            place = _said_by(name, seen, known)
            why = f"lets in what nobody vouches for{f': {place}' if place else ''}"
            yield Finding(
                model.Resource(NAME, name), why, {"in force": [values[-1], None]}, step=_step(place), content=as_it_is(values[-1])
            )


def _hooks(settings: apt_words.Settings, seen: Seen, known: Known) -> Iterator[Finding]:
    """Of packages and of components are those that stand in files of theirs."""
    theirs = [text for path, text in seen.files.items() if path in seen.packaged or path in known.paths]
    usual = {one.value for text in theirs for one in apt_words.parse(text)}
    for name, values in settings.items():
        strange = [value for value in values if value not in usual] if HOOKS.fullmatch(name) else []
        if strange:
            place = _said_by(name, _without_packages(seen), known)
            why, said = f"runs as root whenever packages are changed{f': {place}' if place else ''}", ", ".join(strange)
            yield Finding(model.Resource(NAME, name[:-2]), why, {"commands": [said, None]}, step=_step(place), content=as_it_is(said))


def _without_packages(seen: Seen) -> Seen:
    return seen._replace(files={path: text for path, text in seen.files.items() if path not in seen.packaged})


def _late(settings: apt_words.Settings, seen: Seen) -> Iterator[Finding]:
    on = settings.get("apt::periodic::unattended-upgrade", ["0"])[-1] not in ("0", "")
    last = max(seen.ran, seen.since)
    if on and seen.since and seen.now - last > LATEST:
        when = f"last {(seen.now - seen.ran) / 86400:.0f} days ago" if seen.ran else "never"
        why = f"security updates are switched on, and were {when} looked for"
        yield Finding(
            model.Resource(NAME, "unattended-upgrades"), why, step="journalctl -u apt-daily -u apt-daily-upgrade; unattended-upgrade -v"
        )
