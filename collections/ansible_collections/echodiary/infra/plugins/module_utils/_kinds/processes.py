# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process still runs yesterday's configuration. Decided from state alone: nobody has to remember to notify a handler.

The record of a process: ``{"identity", "digest", "newest"}``: which start of it loaded which contents, and the newest
modification time (s) among the files it read then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._host import globs
from . import model

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


class Reload(NamedTuple):
    paths: list[str]
    url: str
    signal: str


def loaded(consumer: Consumer) -> remembered.Loaded:
    """The record of a process that has just read its files."""
    return {"identity": consumer.identity, "digest": consumer.digest, "newest": newest(consumer.files)}


def newest(files: dict[str, float]) -> float:
    return max(files.values(), default=0.0)


def plan(consumer: Consumer, changed: dict[str, str], last: remembered.Loaded | None, reload: Reload | None) -> model.Change | None:
    """``changed``: consumed paths about to change -> origin of that change."""
    if not consumer.identity:
        return None
    if changed:
        origin = model.merged_origin(list(changed.values()))
        return _change(consumer, origin, _how(consumer, list(changed), reload), "its files change")
    if consumer.replaced:
        return _change(consumer, model.CORRECTIVE, "restart", consumer.replaced)
    stale = stale_paths(consumer, last)
    if stale is None:
        return None
    origin = model.CORRECTIVE if last and last["digest"] == consumer.digest else model.PENDING
    return _change(consumer, origin, _how(consumer, stale, reload), "older than " + (stale[0] if stale else "its configuration"))


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


def _how(consumer: Consumer, paths: list[str], reload: Reload | None) -> str:
    """A reload is enough when every path is reloadable and none is mounted as a single file (a new inode needs a restart)."""
    if reload is None or not paths:
        return "restart"
    enough = all(globs.matches_any(path, reload.paths) and path not in consumer.rebound for path in paths)
    return "reload" if enough else "restart"


def _change(consumer: Consumer, origin: str, how: str, why: str) -> model.Change:
    return model.Change(model.Resource("process", consumer.name), how, origin, why=why)
