# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the variable ``echodiary_lease`` says that leases are kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

VARIABLE = "echodiary_lease"
LOGIN = "echodiary_aws"
ENVIRONMENT = "echodiary_environment"
#: of a login, as amazon.aws names them
_LOGIN = ("region", "endpoint_url", "access_key", "secret_key", "session_token", "profile")
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class Place(NamedTuple):
    """A DynamoDB table. ``environment``: leases of several environments lie in one table beside each other. ``login`` may hold secrets."""

    table: str
    region: str
    environment: str
    login: Mapping[str, str]

    def key(self, name: str) -> str:
        return f"{self.environment}/{name}" if self.environment else name

    def __str__(self) -> str:
        return f"table {self.table} in {self.region}"


class PlaceError(SpecError):
    """One line: what of the variable is wrong."""


def of(given: Json, login: Json, environment: Json) -> Place | None:
    """None: in a file on a host. ``login``: what ``echodiary_aws`` says, for what the lease's own variable leaves out."""
    if not given:
        return None
    own = _mapping(given, VARIABLE)
    unknown = sorted(set(own) - {"table", *_LOGIN})
    if unknown:
        raise PlaceError(f"{VARIABLE}: has no {', '.join(unknown)}; it knows table, {', '.join(_LOGIN)}")
    table = str(own.get("table") or "")
    if not _TABLE.fullmatch(table):
        raise PlaceError(
            f"{VARIABLE}: table is {table!r}, and no name of a DynamoDB table; without the variable the lease is a host's file"
        )
    known = {**_mapping(login or {}, LOGIN), **own}
    found = {name: str(known[name]) for name in _LOGIN if known.get(name)}
    if not found.get("region"):
        raise PlaceError(f"{VARIABLE}: no region is given, neither here nor in {LOGIN}")
    return Place(table, found["region"], str(environment or ""), found)


def _mapping(given: Json, name: str) -> dict[str, Json]:
    if not isinstance(given, Mapping):
        raise PlaceError(f"{name}: is {type(given).__name__} and has to be a mapping, such as {{table: echodiary-lease}}")
    return {str(key): value for key, value in given.items()}
