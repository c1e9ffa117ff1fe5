# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process still runs yesterday's configuration. Decided from state alone: nobody has to remember to notify a handler.

The record of a process: ``{"identity", "digest", "newest", "changed", "definition"}``: which start of it loaded which contents, the newest
times (s) of modification and of any change among the files it read then, and a word for what its unit was made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._host import globs
from . import definitions, model

if TYPE_CHECKING:
    from . import remembered


class Consumer(NamedTuple):
    """A unit or Compose service, the files it reads, and the ways to make it read them again."""

    name: str
    kind: str
    identity: str
    started_at: float
    files: dict[str, float]
    digest: str
    rebound: frozenset[str]
    #: what became of that which it runs from, or sees, since it began
    replaced: str = ""
    #: its files that are as declared, and when anything of them was changed last (s)
    changes: Mapping[str, float] = {}
    #: how its process was begun, in one word
    began: str = ""
    #: what its unit is made of
    definition: definitions.Definition = definitions.Definition()


class Reload(NamedTuple):
    paths: list[str]
    url: str
    signal: str


def loaded(consumer: Consumer, last: remembered.Loaded | None = None) -> remembered.Loaded:
    """The record of a process that has just read its files; ``last``: the one before."""
    found: remembered.Loaded = {"identity": consumer.identity, "digest": consumer.digest, "newest": newest(consumer.files)}
    if consumer.changes:
        found["changed"] = max(consumer.changes.values())
    definition = consumer.definition.digest
    if consumer.definition.altered:
        # whoever runs since before that began with what was recorded
        same = last is not None and last["identity"] == consumer.identity
        definition = (last.get("definition", "") if last and same else "") or definitions.ALTERED
    if definition:
        found["definition"] = definition
    if consumer.began:
        found["began"] = consumer.began
    return found


def newest(files: dict[str, float]) -> float:
    return max(files.values(), default=0.0)


def plan(consumer: Consumer, changed: dict[str, str], last: remembered.Loaded | None, reload: Reload | None) -> model.Change | None:
    """``changed``: consumed paths about to change -> origin of that change."""
    if not consumer.identity:
        return None
    if changed:
        origin = model.merged_origin(list(changed.values()))
        return _change(consumer, origin, _how(consumer, list(changed), reload), "its files change")
    replaced = consumer.replaced or redefined(consumer, last)
    if replaced:
        return _change(consumer, model.CORRECTIVE, "restart", replaced)
    stale = stale_paths(consumer, last)
    if stale is None:
        swapped = swapped_paths(consumer, last)
        return (
            _change(consumer, model.CORRECTIVE, _how(consumer, swapped, reload), f"may have read another {swapped[0]}") if swapped else None
        )
    origin = model.CORRECTIVE if last and last["digest"] == consumer.digest else model.PENDING
    return _change(consumer, origin, _how(consumer, stale, reload), "older than " + (stale[0] if stale else "its configuration"))


def redefined(consumer: Consumer, last: remembered.Loaded | None) -> str:
    """Why its process does not run as its unit says; empty when it does, or nobody knows.

    One that runs since we recorded it was started by what we saw then. Any other was started by what was there at that time.
    """
    unit = consumer.definition
    if unit.bound_by:
        return f"is bound by {unit.bound_by}"
    if last is not None and last["identity"] == consumer.identity:
        recorded = last.get("definition", "")
        return "its unit is not what it was when it started" if recorded and unit.digest and recorded != unit.digest else ""
    if unit.began_with:
        return f"started with {unit.began_with}"
    if last is None:
        return ""
    # a package that was installed once more brought the very same
    same = unit.placed if last.get("definition") == unit.digest else frozenset()
    newer = (path for path, changed in unit.touched.items() if changed > consumer.started_at and path not in same)
    return next((f"older than {path}" for path in newer), _begun_otherwise(consumer, last))


def _begun_otherwise(consumer: Consumer, last: remembered.Loaded) -> str:
    """Its unit is what it was, and so is the way in which its process begins."""
    if not consumer.began or last.get("began", consumer.began) == consumer.began or last.get("definition") != consumer.definition.digest:
        return ""
    return "was not started as its unit says"


def stale_paths(consumer: Consumer, last: remembered.Loaded | None) -> list[str] | None:
    """Files newer than what the process read; None when it is fresh.

    Modification times are compared with the recorded ones before any clock is: a stepped clock must not raise false alarms.
    """
    same_start = last is not None and last["identity"] == consumer.identity
    if last is not None and same_start and last["digest"] != consumer.digest:
        since = last["newest"]
        return [path for path, mtime in consumer.files.items() if mtime > since]
    read_until = last["newest"] if last is not None else 0.0
    if not same_start:
        read_until = max(read_until, consumer.started_at)
    stale = [path for path, mtime in consumer.files.items() if mtime > read_until]
    return stale or None


def swapped_paths(consumer: Consumer, last: remembered.Loaded | None) -> list[str]:
    """Files that were changed since they were read, though they have the contents and the time of modification that they had then.

    What was read in between nobody knows. A start that is not the recorded one read what was there when it began.
    """
    if last is None or "changed" not in last:
        return []
    since = last["changed"] if last["identity"] == consumer.identity else max(last["changed"], consumer.started_at)
    return [path for path, changed in consumer.changes.items() if changed > since]


def _how(consumer: Consumer, paths: list[str], reload: Reload | None) -> str:
    """A reload is enough when every path is reloadable and none is mounted as a single file (a new inode needs a restart)."""
    if reload is None or not paths:
        return "restart"
    enough = all(globs.matches_any(path, reload.paths) and path not in consumer.rebound for path in paths)
    return "reload" if enough else "restart"


def _change(consumer: Consumer, origin: str, how: str, why: str) -> model.Change:
    return model.Change(model.Resource("process", consumer.name), how, origin, why=why)
