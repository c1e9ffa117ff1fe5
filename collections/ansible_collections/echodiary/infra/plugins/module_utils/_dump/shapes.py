# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked, kept and found out of a backup. Only types: nobody asks for this file while a program runs."""

from __future__ import annotations

from typing import TypedDict


class Login(TypedDict):
    """How PostgreSQL's programs reach the server, and the image that has them."""

    image: str
    pull: str
    network: str | None
    host: str
    port: int
    database: str
    user: str
    password: str
    sslmode: str
    ca_certificate: str | None


class Wanted(TypedDict):
    """``id`` of the backup, empty for all; ``source``: an archive that is there already, empty to dump; ``keep``: how many, and all of the
    last ``keep_days``; ``owner`` of what is restored; ``timeout`` in seconds."""

    login: Login
    id: str
    source: str
    directory: str
    release: str
    keep: int
    keep_days: int
    owner: str
    maintenance_database: str
    timeout: int


class Manifest(TypedDict):
    state: str
    check: bool
    wanted: Wanted


class _Backup(TypedDict):
    id: str
    time: str
    database: str
    sha256: str
    size: int


class Backup(_Backup, total=False):
    """A backup's document. ``tables``: name as SQL writes it -> rows."""

    version: int
    timestamp: int
    server_version_num: int
    release: str
    revision: str
    tables: dict[str, int]
    rows: int
    seconds: float


class Database(TypedDict):
    """``size`` is None where the role may not connect."""

    owner: str
    encoding: str
    collate: str
    ctype: str
    size: int | None


class Session(TypedDict):
    pid: int
    role: str
    application: str
    superuser: bool


class Facts(TypedDict):
    """What ``sql.LOOK`` returns; ``owner``: whether there is such a role."""

    version: int
    user: str
    superuser: bool
    createdb: bool
    owner: bool
    may_signal: bool
    may_own: bool
    databases: dict[str, Database]
    sessions: list[Session]


class Content(TypedDict):
    """What ``sql.CONTENT`` returns; ``rows`` are the statistics' guess."""

    revision: str
    rows: int
    invalid: int
    extensions: list[str]


class Replaced(TypedDict):
    size: int | None
    revision: str
    rows: int


class _Result(TypedDict):
    failed: bool
    changed: bool
    msg: str


class Result(_Result, total=False):
    """What the task returns. ``replaced``: what the live database is; ``kept_as``: its name from then on."""

    path: str
    removed: list[str]
    backup: Backup | None
    backups: list[Backup]
    replaced: Replaced | None
    kept_as: str | None
    sessions: list[Session]
    tables: dict[str, int]
    age: str
    ended_sessions: int
    warnings: list[str]
    seconds: float
