# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host is asked to have done in a release's own Python. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from .._inside import shapes


class Place(TypedDict):
    """Where that Python is: in an image, or in a virtual environment of the host."""

    image: str | None
    virtualenv: str | None
    directory: str | None
    python: str | None
    env_file: str | None
    network: str | None
    volumes: list[str]
    docker_options: list[str]
    pull: str


class _Run(TypedDict):
    place: Place
    environment: dict[str, str]
    timeout: float
    request: shapes.Request


class Run(_Run, total=False):
    """``timeout`` in seconds; ``login``: who takes the place of who serves."""

    login: shapes.Login


class Manifest(TypedDict):
    """``sources`` of ``_inside``, by file."""

    loader: str
    sources: dict[str, str]
    runs: list[Run]


class _Said(TypedDict):
    failed: bool
    #: for each run what ``_inside.shapes`` has for its request, or Failed: who asked knows which
    answers: list[Any]


class Said(_Said, total=False):
    msg: str
