# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the application finds its database and its cache: as the keys of its secret call them, so that nobody copies an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .kinds import cache as cache_kind
from .kinds import database as database_kind

if TYPE_CHECKING:
    from .aws import Aws
    from .declaration import Environment

#: of who compares them with the secret, and writes them there
READS = ("secretsmanager:GetSecretValue",)
WRITES = ("secretsmanager:PutSecretValue",)


def read(aws: Aws, env: Environment) -> dict[str, str]:
    """Of what is declared and is there by now, as the kinds have just read it."""
    database = env.declared["database"] and _named(env.prefix, "DBInstanceIdentifier", database_kind.found(aws))
    cache = env.declared["cache"] and _named(env.prefix, "ReplicationGroupId", cache_kind.found(aws))
    return {**_of_database(database or {}), **_of_cache(cache or {})}


def _named(name: str, key: str, found: list[Any]) -> Any:
    return next((one for one in found if one[key] == name), None)


def _of_database(one: Mapping[str, Any]) -> dict[str, str]:
    address = (one.get("Endpoint") or {}).get("Address")
    return {"database_host": address} if address else {}


def _of_cache(one: Mapping[str, Any]) -> dict[str, str]:
    """Over TLS, as it is made; without a password."""
    found = next((node["PrimaryEndpoint"] for node in one.get("NodeGroups") or [] if node.get("PrimaryEndpoint")), None)
    scheme = "rediss" if one.get("TransitEncryptionEnabled") else "redis"
    return {"redis_url": f"{scheme}://{found['Address']}:{found['Port']}/0"} if found else {}
