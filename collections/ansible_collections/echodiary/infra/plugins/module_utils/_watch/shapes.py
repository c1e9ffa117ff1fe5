# SPDX-License-Identifier: GPL-3.0-or-later
"""What an aspect is told, what it finds, and what every aspect is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .._kinds import model
from .memory import Memory

if TYPE_CHECKING:
    from .._kinds import documents, remembered
    from .upgrading import Upgrading


class Known(NamedTuple):
    """What is declared for this host by all of its components, in this run or in an earlier one.

    ``owned``: directories whose strangers their own components see. ``users``: name -> groups; ``listens``: None where some component's
    record does not say; ``files``: contents that the component that watches declares; ``kept``: living files as they were recorded at
    ``kept_at`` (s, epoch); ``compose``: files that containers may be made from; ``applied``: what components that were
    converged listen on; ``tables``: of nftables, family and name.
    """

    paths: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()
    users: Mapping[str, tuple[str, ...]] = {}
    units: frozenset[str] = frozenset()
    mounts: frozenset[str] = frozenset()
    listens: tuple[documents.ListenSpec, ...] | None = None
    files: Mapping[str, str] = {}
    kept: Mapping[str, remembered.Kept] = {}
    kept_at: float = 0.0
    packages: frozenset[str] = frozenset()
    check: bool = True
    state_dir: str = ""
    memory: Memory = Memory()
    compose: frozenset[str] = frozenset()
    applied: tuple[documents.ListenSpec, ...] = ()
    upgrading: Upgrading | None = None
    tables: frozenset[str] = frozenset()


class Finding(NamedTuple):
    """One thing that nobody declared, or that is not as it was brought.

    ``degraded``: users feel it now. ``removable``: a path that can go as it is. ``heal``: the command that ends it, which is run where
    people chose so. ``step``: what people type, where nothing is run. ``restore``: the file as it has to be.
    ``content``: what people who let it be have let be.
    """

    resource: model.Resource
    why: str
    fields: model.Fields = {}  # noqa: RUF012 - a tuple field, never mutated
    degraded: bool = False
    removable: bool = False
    heal: tuple[str, ...] = ()
    step: str = ""
    restore: model.File | None = None
    content: remembered.Kept | None = None
    diff: str = ""

    @property
    def healable(self) -> bool:
        return self.removable or bool(self.heal) or self.restore is not None


def as_it_is(said: str) -> remembered.Kept:
    """Of what is no file: who lets it be lets be exactly what ``said`` says of it."""
    return {"digest": said, "mode": "", "uid": 0, "gid": 0}


class Aspect(Protocol):
    """``Any``: what one aspect has seen is its own matter."""

    #: as people switch it off
    NAME: str

    def observe(self, known: Known) -> Any: ...

    def plan(self, seen: Any, known: Known) -> Iterable[Finding]: ...
