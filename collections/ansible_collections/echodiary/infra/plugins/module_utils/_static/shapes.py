# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept and said of releases of static files. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict, final

from .._kinds.documents import Told


class Place(TypedDict):
    """Where a component's releases are. ``pools``: directories of a build whose names change with their contents; ``keep``: releases."""

    component: str
    directory: str
    pools: list[str]
    keep: int


class Build(TypedDict):
    """``files``: path to SHA-256, of all that is served and of what is compressed of it."""

    digest: str
    files: dict[str, str]


class Release(Build):
    """``left``: it was not served yet, or somebody went back from it: no way back leads there by itself."""

    at: str
    left: bool


class Record(TypedDict):
    """``releases``: the one that was brought last comes last; ``current``: what is served, empty where nothing is yet."""

    version: int
    current: str
    releases: list[Release]


class Edge(TypedDict):
    """Who is asked for what was switched to: ``url``, as ``name``; ``paths``: what is served, as component.yml has it."""

    url: str
    name: str
    paths: list[str]


class _Asked(TypedDict):
    check: bool
    state: str
    place: Place


class Asked(_Asked, total=False):
    """``archive``: a file on the host that holds the build; ``release``: digest, or how it begins; ``states``: where records are."""

    build: Build
    archive: str
    release: str
    edges: list[Edge]
    states: str


class _Answer(TypedDict):
    changed: bool
    current: str
    before: str
    releases: list[Release]
    changes: list[Told]


@final
class Answer(_Answer, total=False):
    """``lacks``: the host needs the build's archive; ``faults``: what its edge does not serve as it is; ``notes``: for people."""

    lacks: bool
    faults: list[str]
    notes: list[str]
    served: int
    seconds: float


@final
class Failed(TypedDict):
    failed: bool
    msg: str
