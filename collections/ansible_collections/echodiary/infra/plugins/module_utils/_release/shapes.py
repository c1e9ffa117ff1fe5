# SPDX-License-Identifier: GPL-3.0-or-later
"""A release before it serves, and what a host keeps of both slots. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from .._converge.exchange import Held


class Staged(TypedDict, total=False):
    """Where a release's environment is staged, its image, and the one that runs; how it reaches its database."""

    directory: str
    image: str
    running: str
    env_file: str
    volumes: list[str]


class Migrated(TypedDict):
    """By a command of the release's own; ``output``: the last lines that it said."""

    command: list[str]
    seconds: float
    output: str


class _SlotRecord(TypedDict):
    active: str
    next: str
    trial: str
    releases: dict[str, Held]
    images: list[str]


class SlotRecord(_SlotRecord, total=False):
    """``workers``: services of each slot's release that take work by themselves."""

    workers: dict[str, list[str]]
