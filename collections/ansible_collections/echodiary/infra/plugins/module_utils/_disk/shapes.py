# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked and found out about a host's disks. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict


class Asked(TypedDict):
    """``keep``: images; ``days`` that rotated logs stay; ``journal`` in MiB; ``full`` in per cent. Without ``remove`` it only looks."""

    check: bool
    remove: bool
    keep: list[str]
    days: float
    journal: int
    full: int


class _Image(TypedDict):
    Id: str


class Image(_Image, total=False):
    """As Docker lists it."""

    Size: int
    RepoTags: list[str] | None
    RepoDigests: list[str] | None


class Container(TypedDict):
    """As Docker lists it."""

    ImageID: str


class File(TypedDict):
    """``bytes`` that it takes on the disk; ``modified`` in seconds since 1970."""

    path: str
    bytes: int
    modified: float


class Found(TypedDict):
    """``used``: ids of images; ``journal`` and ``packages`` in bytes; ``now`` in seconds since 1970."""

    images: list[Image]
    used: list[str]
    logs: list[File]
    journal: int
    packages: int
    now: float


class Filesystem(TypedDict):
    """``free`` in bytes."""

    mount: str
    percent: int
    inodes_percent: int
    free: int


class Thing(TypedDict):
    kind: str
    name: str
    bytes: int


class Answer(TypedDict):
    changed: bool
    filesystems: list[Filesystem]
    full: list[str]
    things: list[Thing]
    kept: list[str]
    biggest: list[str]
    after: list[Filesystem]
    failed_to_remove: list[str]
