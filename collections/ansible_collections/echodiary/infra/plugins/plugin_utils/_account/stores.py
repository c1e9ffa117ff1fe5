# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person declares of database and cache, in which hosts keep data. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypedDict

from .._common.errors import SpecError

#: -> the port on which hosts ask it
PORTS = {"database": 5432, "cache": 6379}
#: GiB. From 400 on AWS wants gp3's speeds declared as well
_STORAGE, _STORAGE_MAX = range(20, 400), 65536

DATABASE: dict[str, Any] = {
    "class": {"type": "str", "default": "db.t4g.micro"},
    "storage": {"type": "int", "default": 20},
    "storage_max": {"type": "int", "default": 100},
    "backup_days": {"type": "int", "default": 7},
    "multi_az": {"type": "bool", "default": False},
    "version": {"type": "str", "default": "17"},
}
CACHE: dict[str, Any] = {
    "engine": {"type": "str", "choices": ["valkey", "redis"], "default": "valkey"},
    "node": {"type": "str", "default": "cache.t4g.micro"},
    "version": {"type": "str", "default": "8.0"},
}

#: ``storage``: GiB to begin with, ``storage_max``: up to which AWS lets it grow; ``version``: the major one
Database = TypedDict("Database", {"class": str, "storage": int, "storage_max": int, "backup_days": int, "multi_az": bool, "version": str})


class Cache(TypedDict):
    """``node``: its type; ``version``: major and minor."""

    engine: str
    node: str
    version: str


def check_database(database: Database, name: str, zones: Sequence[str]) -> None:
    """``name``: as it would be called. SpecError for what AWS would refuse."""
    where, storage = "aws_environment.database", database["storage"]
    _check_identifier(name, 63, where)
    if len(zones) < 2:
        raise SpecError(f"{where}: AWS wants two zones for a database, also for one that stands in one; add one to network.zones")
    if not re.fullmatch(r"db\.[a-z0-9]+\.[a-z0-9]+", database["class"]):
        raise SpecError(f"{where}.class: '{database['class']}' is no class of RDS; write one as db.t4g.micro")
    if storage not in _STORAGE:
        raise SpecError(f"{where}.storage: {storage} has to be {_STORAGE[0]} to {_STORAGE[-1]} (GiB)")
    if not storage * 1.1 <= database["storage_max"] <= _STORAGE_MAX:
        raise SpecError(f"{where}.storage_max: {database['storage_max']} has to be storage ({storage}) and a tenth at least (GiB)")
    if database["backup_days"] not in range(36):
        raise SpecError(f"{where}.backup_days: {database['backup_days']} has to be 1 to 35")
    if not re.fullmatch("1[3-9]|2[0-9]", database["version"]):
        raise SpecError(f"{where}.version: '{database['version']}' has to be a major version of PostgreSQL from 13 on, as \"17\"")


def check_cache(cache: Cache, name: str) -> None:
    """As ``check_database``."""
    where = "aws_environment.cache"
    _check_identifier(name, 40, where)
    if not re.fullmatch(r"cache\.[a-z0-9]+\.[a-z0-9]+", cache["node"]):
        raise SpecError(f"{where}.node: '{cache['node']}' is no node type of ElastiCache; write one as cache.t4g.micro")
    if not re.fullmatch(r"[0-9]+\.[0-9]+", cache["version"]):
        raise SpecError(f"{where}.version: '{cache['version']}' has to be major and minor version in quotes, as \"8.0\"")


def _check_identifier(name: str, longest: int, where: str) -> None:
    if len(name) > longest or "--" in name or name.endswith("-"):
        raise SpecError(
            f"{where}: would be called '{name}', and AWS takes up to {longest} characters without '--' and '-' at the end; "
            "change aws_environment.project or the environment's name"
        )
