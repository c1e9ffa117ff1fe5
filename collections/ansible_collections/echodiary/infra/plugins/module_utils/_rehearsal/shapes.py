# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a host for a rehearsal, and what it saw. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .._alembic.shapes import Run
    from .._inside.shapes import Error

# -- requests ----------------------------------------------------------------------------------------------------------


class Dump(TypedDict):
    """``source``: program or store; ``job`` of the program, empty in a store; ``sha256`` empty where nobody says it; ``timestamp``: seconds
    since 1970."""

    source: str
    id: str
    job: str
    timestamp: int
    size: int
    sha256: str


class Container(TypedDict):
    """Of the throw-away server; ``keep`` in hours, 0: it goes with the run."""

    name: str
    image: str
    pull: str
    memory: str
    keep: float


class Wanted(TypedDict):
    """``do``: look, part, open, append or rehearse. ``read`` and ``migrate``: runs of the release, to be completed with where the copy is;
    ``variable`` of its environment gets the copy's URL, by ``driver``. ``timeout``: of each step, in seconds. ``brought``: the dump came
    from another host, part by part."""

    do: str
    component: str
    job: str
    directory: str
    database: str
    dump: Dump | None
    container: Container
    driver: str
    variable: str
    read: Run | None
    migrate: Run | None
    loader: str
    sources: dict[str, str]
    timeout: float
    offset: int
    length: int
    part: str
    brought: bool


# -- answers -----------------------------------------------------------------------------------------------------------


class _Said(TypedDict):
    failed: bool


class Looked(_Said, total=False):
    """``docker``: whether it runs here; ``program``, ``store``: the newest dump that each has; ``holds``: what a server that is kept here
    was filled with; ``notes``: what was passed over."""

    msg: str
    docker: bool
    program: Dump | None
    store: Dump | None
    holds: str
    notes: list[str]


class Part(_Said, total=False):
    """``part`` in base64."""

    msg: str
    part: str


class Waited(TypedDict):
    """The longest that one probe waited, and for which table."""

    ms: int
    table: str


class Lock(TypedDict):
    """The strongest lock of a migration that somebody could wait for, and how long it was held."""

    mode: str
    table: str
    ms: int


class Counted(TypedDict):
    """Rows of a table; ``after`` is None where there is no such table any more."""

    table: str
    before: int
    after: int | None


class Measured(TypedDict):
    """One revision. ``seconds`` of the migration itself; ``reads`` and ``writes``: how many probes there were."""

    revision: str
    message: str
    seconds: float
    reader: Waited
    writer: Waited
    reads: int
    writes: int
    lock: Lock | None
    changed: list[Counted]
    error: Error | None


class Rehearsed(_Said, total=False):
    """``rows`` in ``tables`` before the first migration; ``current``: the dump's revisions; ``restored``: in this run, in how many seconds;
    ``error``: why the release did not answer."""

    msg: str
    restored: bool
    restore_seconds: float
    tables: int
    rows: int
    current: list[str]
    unknown: list[str]
    measured: list[Measured]
    error: Error | None
    notes: list[str]
    seconds: float
