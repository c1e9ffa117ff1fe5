# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked to try, and what it saw. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict

from .._kinds.documents import FileSpec, ProbeSpec, RequestSpec


class Check(TypedDict):
    """As HAProxy asks it; ``host``: the name that it asks for."""

    path: str
    status: int
    host: str


class Asked(TypedDict):
    """``{port}`` stands for the slot's; ``metrics``: paths, as the slot has them; ``deadline`` (s) to become well."""

    check: Check
    probes: list[ProbeSpec]
    requests: list[RequestSpec]
    metrics: list[str]
    deadline: float


class Manifest(TypedDict):
    """``compose``: its path, with ``{slot}``; ``files``: those of a slot by path; ``start``: also start it, or only look at it; ``check``:
    nothing is pulled either; ``migrate``: ``alembic`` where the image has to have that."""

    check: bool
    start: bool
    name: str
    compose: str
    files: dict[str, FileSpec]
    service: str
    image: str
    min_free: float
    secrets: list[str]
    migrate: str
    asked: Asked


class Image(TypedDict):
    """``secrets``: names of variables that hold one; ``healthcheck``: its words as Docker has them."""

    platform: str
    user: str
    words: list[str]
    secrets: list[str]
    healthcheck: list[str]


class Service(TypedDict):
    """As Compose reads it. ``port``: that it listens on in its container, 0 where no port of the slot is published; ``shared``: what a
    second copy beside the first could not have; ``limit`` of its memory in bytes, 0 for none."""

    user: str
    port: int
    shared: list[str]
    limit: int


class Said(TypedDict):
    """Of a program that was run: its exit code, and the last that it said."""

    code: int
    text: str


class Answer(TypedDict):
    """``status`` 0: nobody answered, ``text`` says why."""

    status: int
    text: str


class Process(TypedDict):
    """Process 1. ``handles``: it does something about the signal that ends it."""

    name: str
    uid: int
    handles: bool


class Metrics(TypedDict):
    """``wrong``: the first line that is no sample, or why there is none."""

    path: str
    status: int
    samples: int
    wrong: str


class Ending(TypedDict):
    """``seconds`` from the signal to the end, of ``grace``; ``request``: what was under way, empty where nothing takes long enough;
    ``cut``: why it got no answer."""

    seconds: float
    grace: int
    code: int
    request: str
    cut: str


class Trial(TypedDict, total=False):
    """``refused``: Docker's words where it did not even start; ``ended``: it did not stay up; ``well``: it answered all it has to.
    ``listening``: address and port; ``check`` by its name and ``plain`` by the address; ``requests``, ``probe``: what is wrong, empty when
    nothing is; ``written``: paths in its own file system."""

    refused: str
    ended: bool
    well: bool
    code: int
    out_of_memory: bool
    log: str
    process: Process
    listening: list[tuple[str, int]]
    check: Answer
    plain: Answer
    probe: str
    requests: str
    metrics: list[Metrics]
    healthcheck: Said | None
    ending: Ending
    written: list[str]


class Observation(TypedDict):
    """``machine``: platform of the host; ``had``: why the image could not be had; ``platforms``: those that the registry has it for, asked
    where it is not here; ``schema``: what its Python says to Alembic, where that is asked; ``stood_in``: files that were not there."""

    machine: str
    had: str
    platforms: list[str]
    image: Image | None
    service: Service | None
    schema: Said | None
    trial: Trial | None
    stood_in: list[str]
    seconds: float
