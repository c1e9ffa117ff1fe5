# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories whose files have power over a host: all in them is a package's, a component's, known to be the system's own, or told.

Contents count where it is known what they were: of configuration that packages brought by their own checksums, of what systems make
themselves by how it was when the host was last converged.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import differences, dpkg
from .._kinds import model
from . import generated, links, memory, modes, mounts, packaged, roots, walk
from .entries import Entry
from .shapes import Finding, Known
from .walk import Walk

if TYPE_CHECKING:
    from .._kinds import remembered

NAME = "files"


class Seen(NamedTuple):
    strangers: tuple[Entry, ...] = ()
    #: configuration of a package that is not as it was brought, with that package
    altered: tuple[tuple[Entry, str], ...] = ()
    missing: Mapping[str, str] = {}
    living: Mapping[str, Entry] = {}
    #: anybody may write to these
    open: tuple[Entry, ...] = ()
    #: enabled by a package, and not any more
    disabled: tuple[str, ...] = ()
    by_scripts: frozenset[str] = frozenset()
    #: how configuration of packages comes back
    steps: Mapping[str, str] = {}
    #: what is mounted over cannot be replaced
    mounted: frozenset[str] = frozenset()
    #: living files that are as they were recorded
    unchanged: frozenset[str] = frozenset()
    noted: Mapping[str, memory.Note] = {}


def observe(known: Known) -> Seen:
    if not packaged.is_known():
        return Seen()
    found = Walk(known)
    for root in [*roots.ROOTS, *roots.homes()]:
        found.walk(root.path, root)
    missing = _gone(found, known)
    return Seen(
        tuple(found.strangers),
        tuple(found.altered),
        missing,
        found.living,
        tuple(found.open),
        tuple(links.disabled(known)),
        frozenset(_by_scripts(found, known)),
        {path: dpkg.again(path) for path in [*missing, *(entry.path for entry, owner in found.altered if owner)]},
        mounts.points() & found.living.keys() if found.living else frozenset(),
        frozenset(found.unchanged),
        {**found.noted, **dict.fromkeys(missing, memory.Note(0, 0, memory.GONE))},
    )


def _gone(found: Walk, known: Known) -> dict[str, str]:
    """Where all is there that was noted, nothing is gone."""
    if known.memory.files and known.memory.files.keys() <= found.noted.keys():
        return {}
    due = found.brought.due - known.paths
    return {path: walk.owner(path) for path in due if not os.path.lexists(path)}


def _by_scripts(found: Walk, known: Known) -> Iterator[str]:
    for path, entry in found.living.items():
        if generated.IS_SCRIPTED.match(path) and found.brought.by_scripts(entry.changed, known.kept_at):
            yield path


def plan(seen: Seen, known: Known) -> Iterator[Finding]:
    yield from (_stranger(entry) for entry in seen.strangers)
    yield from (_altered(entry, owner, seen.steps.get(entry.path, "")) for entry, owner in seen.altered)
    yield from (_missing(path, owner, seen.steps.get(path, "")) for path, owner in seen.missing.items())
    yield from _changed(seen, known)
    yield from (_open(entry) for entry in seen.open)
    yield from (_disabled(name) for name in seen.disabled)


def _stranger(entry: Entry) -> Finding:
    why = "no package and no component has it"
    if entry.kind == "link" and entry.digest == "/dev/null":
        why = "masked by hand"
    elif entry.kind == "link":
        why = f"leads to {entry.digest}; {why}"
    return Finding(model.Resource("stranger", entry.path), why, removable=entry.kind != "special", content=_kept(entry))


def _altered(entry: Entry, owner: str, step: str) -> Finding:
    why = f"not as package {owner} brought it" if owner else "not as its package made it"
    fields = {"content": ["changed", "as brought"]}
    return Finding(model.Resource("file", entry.path), why, fields, step=step, content=_kept(entry))


def _missing(path: str, owner: str, step: str) -> Finding:
    why = f"package {owner} brought it, and it is gone"
    return Finding(model.Resource("file", path), why, {"content": [None, "as brought"]}, step=step)


def _changed(seen: Seen, known: Known) -> Iterator[Finding]:
    """Before anything was recorded nobody can tell what is new."""
    passed = seen.by_scripts | known.paths | seen.unchanged
    for path, was in known.kept.items():
        now = seen.living.get(path)
        if path not in passed and generated.IS_LIVING.match(path) and _differs(now, was):
            moved = _moved(path, now, was)
            yield moved._replace(restore=None, step=f"findmnt {path}") if path in seen.mounted else moved
    for path, entry in seen.living.items() if known.kept else ():
        if path not in passed and path not in known.kept:
            yield Finding(model.Resource("file", path), "new since the host was last converged", removable=True, content=_kept(entry))


def _differs(now: Entry | None, was: remembered.Kept) -> bool:
    return now is None or (now.digest, f"{now.mode:04o}", now.uid, now.gid) != (was["digest"], was["mode"], was["uid"], was["gid"])


def _moved(path: str, now: Entry | None, was: remembered.Kept) -> Finding:
    why = "changed since the host was last converged" if now else "gone since the host was last converged"
    if now and now.digest == was["digest"]:
        fields: model.Fields = {"mode": [f"{now.mode:04o} {now.uid}:{now.gid}", f"{was['mode']} {was['uid']}:{was['gid']}"]}
    else:
        fields = {"content": [now.digest if now else None, was["digest"]]}
    diff = differences.unified(path, now.text, was["text"]) if now and now.text is not None and "text" in was else ""
    return Finding(model.Resource("file", path), why, fields, diff=diff, restore=_as_it_was(was), content=_kept(now) if now else None)


def _as_it_was(was: remembered.Kept) -> model.File | None:
    """Nothing of what was too long, or too secret, to be kept; a link is made again by people."""
    if "text" not in was:
        return None
    return model.File(was["text"].encode(), int(was["mode"], 8), was["uid"], was["gid"])


def _kept(entry: Entry) -> remembered.Kept:
    found: remembered.Kept = {"digest": entry.digest, "mode": f"{entry.mode:04o}", "uid": entry.uid, "gid": entry.gid}
    if entry.text is not None:
        found["text"] = entry.text
    return found


def _open(entry: Entry) -> Finding:
    kind = stat.S_IFDIR if entry.kind == "directory" else stat.S_IFREG
    surplus = modes.surplus(entry.path, entry.mode | kind)
    fields = {"mode": [f"{entry.mode:04o}", f"{entry.mode & ~surplus:04o}"]}
    why = "anybody may write to it" if surplus & stat.S_IWOTH else "more people may read it than should"
    return Finding(model.Resource("file", entry.path), why, fields, heal=("chmod", modes.closing(surplus), entry.path))


def _disabled(name: str) -> Finding:
    why = "enabled by its package, and disabled by hand"
    return Finding(model.Resource("unit", name), why, {"enabled": [False, True]}, heal=("systemctl", "enable", name))


def kept(seen: Seen, known: Known) -> dict[str, remembered.Kept]:
    """What is recorded of living files; by which decision they are as they are stays."""
    found = {path: _kept(entry) for path, entry in seen.living.items()}
    unchanged = {path: known.kept[path] for path in seen.unchanged}
    return {**unchanged, **{path: _with_decision(one, known.kept.get(path)) for path, one in found.items()}}


def _with_decision(now: remembered.Kept, was: remembered.Kept | None) -> remembered.Kept:
    return {**now, "by": was["by"]} if was and "by" in was else now
