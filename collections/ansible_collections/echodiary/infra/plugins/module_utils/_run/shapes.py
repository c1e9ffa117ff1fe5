# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host answers to a manifest. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from .._converge.exchange import Held, Needs, Outcome
from .._host.distribution import Distribution
from .._release.shapes import Migrated, Staged


class _Answer(TypedDict):
    components: list[Outcome]
    needs: Needs | None
    rest: list[str]


class Answer(_Answer, total=False):
    """``needs``: of the last component; ``rest``: names that were not looked at yet; ``stopped``: nor will be. ``manager``: of packages.

    ``gone``: package -> component, of what was done and is not there any more. ``unsupported``: by some component; nothing was looked at.
    """

    distribution: Distribution
    unsupported: bool

    stopped: bool
    manager: str
    undeclared: list[str]
    gone: dict[str, str]
    failed: bool
    msg: str
    seconds: float


class _Release(TypedDict):
    slot: str
    running: Held | None
    previous: Held | None
    wanted: Held
    differs: bool
    rolls: bool
    kept: list[str]
    directory: str


class Release(_Release, total=False):
    """What runs, what rests, and whether the wanted release would be rolled out."""

    env_file: str
    volumes: list[str]


class Prepared(TypedDict, total=False):
    """``image`` by its digest, ``migration``: what a release's own command did, each where that was asked."""

    release: Release
    notes: list[str]
    needs: Needs
    prepared: Staged
    migration: Migrated
    image: str
    distribution: Distribution
    seconds: float
