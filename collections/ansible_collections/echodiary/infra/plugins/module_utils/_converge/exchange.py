# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of ``converge``: what a host is told, and what it says. JSON both ways.

Only types: nobody asks for this file while a program runs.
"""

from __future__ import annotations

from typing import TypedDict

from .._kinds import documents


class _Manifest(TypedDict):
    check: bool
    components: list[documents.ComponentSpec]
    claimed: list[str]
    declared: list[str]


class Manifest(_Manifest, total=False):
    """One call. ``kept``: package -> component of what is done; ``delivered``: digest -> where its contents arrived.

    ``claimed``: paths, and other resources as ``kind:name``, that this run declares; ``claimed_on``: distribution -> what it declares there
    besides; ``hosted``: the host's own list of components; ``dealt``: those that earlier calls of the same task were through with.
    """

    claimed_on: dict[str, list[str]]
    hosted: list[str]
    dealt: list[str]
    prune: bool

    kept: dict[str, str]
    delivered: dict[str, str]
    state_dir: str
    prepare: str
    image: str


class Lacking(documents.Named):
    """Contents that have to be brought."""

    path: str


class Migration(TypedDict):
    """A release whose schema has to come along: where its environment is staged, its image, and the one that runs."""

    directory: str
    image: str
    running: str


class Needs(TypedDict, total=False):
    """What the controller has to do before a component can go on: change things, bring contents, migrate, permit a roll, or come by a
    new connection while a change that may cut the host off is ``held``."""

    delegated: list[documents.Told]
    interrupted: bool
    contents: list[Lacking]
    migrate: Migration
    roll: bool
    held: bool


class Serving(TypedDict, total=False):
    """What runs where, of a component in two slots."""

    slot: str
    port: int
    image: str
    config: str
    previous: Held | None
    verified: list[str]


class Outcome(TypedDict, total=False):
    """One component's result. ``watched``: what it found on its host that nobody declared; ``said``: what people said of it that is no
    difference, by whom and since when; ``asked``: what users of other hosts get that they do not want; ``ages``: of what a component does
    by the clock."""

    name: str
    status: str
    sync: str
    health: str
    msg: str
    changes: list[documents.Told]
    notes: list[str]
    seconds: dict[str, float]
    project: str
    release: Serving
    watched: list[str]
    asked: list[Asked]
    said: list[str]
    ages: list[Age]


class Age(TypedDict):
    """When ``what`` last went well, as UTC text; ``at`` is empty where that is not known. Older than ``hours`` is too old."""

    what: str
    at: str
    hours: float


class Asked(TypedDict):
    """What users of another host's component get, where that is not what they want."""

    host: str
    component: str
    why: str


class Held(TypedDict):
    """A release that a slot holds."""

    image: str
    config: str
