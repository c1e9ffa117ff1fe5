# SPDX-License-Identifier: GPL-3.0-or-later
"""What this host is told: one file that only root reads, made by role backup, which has checked it."""

from __future__ import annotations

import json
from typing import Any, TypedDict, cast

from .errors import BackupError

PLACE = "/etc/echodiary/backup/jobs.json"


class Database(TypedDict):
    """Where a component's database is, who reads all of it, and the image with PostgreSQL's programs."""

    host: str
    port: int
    name: str
    user: str
    password: str
    sslmode: str
    ca_certificate: str
    image: str


class RestoreTest(TypedDict, total=False):
    """``schedule`` is empty where only people try it; ``image`` of PostgreSQL's server, empty for that of its programs; ``least_rows``:
    share of a live table's rows that have to be back; ``release``: whether it is started on that (available, required, off), what it is
    asked in place of what it declares (``ready``, ``read``), and what its ``environment`` has beside."""

    schedule: str
    image: str
    least_rows: float
    release: str
    ready: str
    read: str
    environment: dict[str, str]


class _Asked(TypedDict):
    path: str


class Asked(_Asked, total=False):
    """A GET request; ``json``: dotted paths of the answer and what they have to be."""

    host: str
    status: int
    json: dict[str, Any]


class Release(TypedDict):
    """Of a component: ``compose``, its file in a {slot}, and the ``service`` there; ``variable`` with the URL of its database, where it is
    ``user``; ``host``: the name that it is asked by; when it is ``ready`` (within ``deadline`` s), and what it ``reads``."""

    compose: str
    service: str
    variable: str
    user: str
    host: str
    ready: list[Asked]
    reads: list[Asked]
    deadline: float


class Amcheck(TypedDict, total=False):
    """``image`` with pg_amcheck, empty for that of the other programs; ``timeout`` (s) of all of it; ``heapallindexed``: whether every row
    is looked for in every index."""

    schedule: str
    image: str
    timeout: int
    heapallindexed: bool


class _Job(TypedDict):
    kind: str


class Job(_Job, total=False):
    """``kind``: postgres, with ``component``, its ``database`` and ``release``, where it has one, how its restore is tried and how it is
    looked through; redis, with ``host`` to ``tls``; path, with ``paths`` and ``volumes``. ``hours``: older than that is too old."""

    hours: float
    component: str
    database: Database
    release: Release
    restore_test: RestoreTest
    amcheck: Amcheck
    host: str
    port: int
    user: str
    password: str
    tls: bool
    paths: list[str]
    volumes: list[str]


class _Config(TypedDict, total=False):
    """``makes_repository``: of all hosts that save into it, this one does."""

    makes_repository: bool


class Config(_Config):
    """``access_key`` is empty where the instance's role opens the bucket. ``prune_…``: who may remove what is old, where
    that is this host's. ``textfiles``: the directory that node_exporter reads, empty for none."""

    repository: str
    password: str
    access_key: str
    secret_key: str
    prune: bool
    prune_access_key: str
    prune_secret_key: str
    ca_certificate: str
    environment: str
    host: str
    textfiles: str
    jobs: dict[str, Job]


def read(place: str = PLACE) -> Config:
    try:
        with open(place, encoding="utf-8") as handle:
            return cast("Config", json.load(handle))
    except PermissionError as error:
        raise BackupError(f"{place} is root's alone; run it with sudo") from error
    except (OSError, ValueError) as error:
        raise BackupError(f"{place} cannot be read ({error}); converge component backup on this host") from error


def job(config: Config, name: str) -> Job:
    if name not in config["jobs"]:
        known = ", ".join(sorted(config["jobs"])) or "none"
        raise BackupError(f"{config['host']} has no job {name!r}; it has {known}. Jobs are declared in backup_jobs")
    return config["jobs"][name]
