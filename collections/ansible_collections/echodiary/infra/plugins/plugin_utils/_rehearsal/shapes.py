# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task asks of a rehearsal, and what it returns. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ...module_utils._rehearsal.shapes import Counted, Lock, Waited


class Options(TypedDict):
    """A task's values of ``options.ARGUMENTS``."""

    component: str
    hosts: list[str]
    image: str
    pending: list[str]
    driver: str
    variable: str
    environment: dict[str, str | float]
    config: str
    section: str
    directory: str
    backup_host: str
    database: str
    job: str
    server_image: str
    pull: str
    memory: str
    keep: float
    max_wait: int
    max_seconds: int
    accept_lost_rows: bool
    allow: list[dict[str, str]]
    required: bool
    timeout: int


class Migration(TypedDict):
    """``verdict``: passed, allowed, refused, or before (it is in production already, and only the dump was short of it). ``why``: of what
    is refused or allowed, in words."""

    revision: str
    message: str
    seconds: float
    readers: Waited
    writers: Waited
    lock: Lock | None
    changed: list[Counted]
    verdict: str
    why: list[str]


class Data(TypedDict):
    """The dump; ``age`` in seconds."""

    source: str
    id: str
    age: int
    size: int


class _Result(TypedDict):
    changed: bool
    failed: bool
    msg: str
    verdict: str


class Result(_Result, total=False):
    """``verdict``: passed, refused, nothing (there was nothing to rehearse on), or would (check mode)."""

    migrations: list[Migration]
    dump: Data
    rows: int
    tables: int
    restored: bool
    restore_seconds: float
    seconds: float
    notes: list[str]
