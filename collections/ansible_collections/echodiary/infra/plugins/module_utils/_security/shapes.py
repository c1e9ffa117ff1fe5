# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked, and what it says. Only types."""

from __future__ import annotations

from typing import TypedDict


class Probe(TypedDict):
    """``ports``: ranges, first and last."""

    address: str
    ports: list[list[int]]


class Scanned(TypedDict):
    """``source``: the address that whoever asked has there. ``refused`` and ``silent``: how many; ``left``: not asked, since there was no
    time, or no way (``why``)."""

    address: str
    source: str
    open: list[int]
    refused: int
    silent: int
    left: int
    why: str


class Image(TypedDict):
    """Of a container that runs. ``created``: as Docker says it."""

    container: str
    reference: str
    created: str


class Said(TypedDict):
    """What a program said; ``why``: empty where it did."""

    text: str
    why: str


class Asked(TypedDict, total=False):
    """``seconds``: that a scan may take. ``install``: a program that is missing may be fetched, and is gone afterwards. ``documents``: name
    to URL."""

    probes: list[Probe]
    seconds: float
    updates: bool
    images: bool
    audit: bool
    install: bool
    documents: dict[str, str]


class Page(TypedDict):
    status: int
    text: str


class Seen(TypedDict, total=False):
    changed: bool
    scans: list[Scanned]
    updates: Said
    images: list[Image]
    images_why: str
    audit: Said
    documents: dict[str, Page]
