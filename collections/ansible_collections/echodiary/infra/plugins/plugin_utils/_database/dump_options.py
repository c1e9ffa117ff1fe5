# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``database_dump``: checked before the host is called. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._dump.shapes import Backup, Login, Manifest, Replaced, Wanted

#: an RDS snapshot and a part of a database's name can be called the same
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 40

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "required": True, "choices": ["created", "read", "restored"]},
    "id": {"type": "str"},
    "directory": {"type": "path", "default": "/var/backups/echodiary"},
    "image": {"type": "str"},
    "pull": {"type": "str", "choices": ["missing", "never", "always"], "default": "missing"},
    "network": {"type": "str"},
    "host": {"type": "str"},
    "port": {"type": "int", "default": 5432},
    "database": {"type": "str"},
    "user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "sslmode": {
        "type": "str",
        "choices": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        "default": "verify-full",
    },
    "ca_certificate": {"type": "path"},
    "release": {"type": "str", "default": ""},
    "keep": {"type": "int", "default": 7},
    "owner": {"type": "str"},
    "maintenance_database": {"type": "str", "default": "postgres"},
    "timeout": {"type": "int", "default": 3600},
}


class Options(TypedDict):
    """A task's values of ARGUMENTS."""

    state: str
    id: str | None
    directory: str
    image: str | None
    pull: str
    network: str | None
    host: str | None
    port: int
    database: str | None
    user: str | None
    password: str | None
    sslmode: str
    ca_certificate: str | None
    release: str
    keep: int
    owner: str | None
    maintenance_database: str
    timeout: int


_CONNECTING = ["id", "image", "host", "database", "user", "password"]
RULES: dict[str, Any] = {"required_if": [["state", "created", _CONNECTING], ["state", "restored", [*_CONNECTING, "owner"]]]}


def manifest(arguments: Options, check: bool) -> Manifest:
    """What the host is asked. Raises SpecError for what cannot be meant."""
    _judge(arguments)
    wanted: Wanted = {
        "login": _login(arguments), "id": arguments["id"] or "", "directory": arguments["directory"], "release": arguments["release"],
        "keep": arguments["keep"], "owner": arguments["owner"] or "", "maintenance_database": arguments["maintenance_database"],
        "timeout": arguments["timeout"],
    }  # fmt: skip
    return {"state": arguments["state"], "check": check, "wanted": wanted}


def _login(arguments: Options) -> Login:
    """Empty where reading needs none; where one is needed the task has had to say so."""
    return {
        "image": arguments["image"] or "", "pull": arguments["pull"], "network": arguments["network"], "host": arguments["host"] or "",
        "port": arguments["port"], "database": arguments["database"] or "", "user": arguments["user"] or "",
        "password": arguments["password"] or "", "sslmode": arguments["sslmode"], "ca_certificate": arguments["ca_certificate"],
    }  # fmt: skip


def diff(old: Replaced | None, new: Backup) -> dict[str, str]:
    """What a restore replaces by what."""
    before = f"revision {old['revision'] or 'none'}\nabout {old['rows']} rows\n" if old else ""
    after = f"revision {new['revision'] or 'none'}\n{new['rows']} rows\n"
    return {"before": before, "after": after, "before_header": "now", "after_header": f"backup {new['id']} of {new['time']}"}


def _judge(arguments: Options) -> None:
    identifier = arguments["id"]
    if identifier is not None and (not _ID.fullmatch(identifier) or len(identifier) > _LONGEST):
        raise SpecError(f"id: {identifier!r} is no name of a backup; use a-z, 0-9 and single '-', {_LONGEST} at most")
    if arguments["keep"] < 0:
        raise SpecError(f"keep: {arguments['keep']} is less than 0, which already keeps all of them")
    if arguments["timeout"] < 1:
        raise SpecError(f"timeout: {arguments['timeout']} is no time")
    if "\n" in (arguments["password"] or ""):
        raise SpecError("password: has a line break, which no password file could hold either")
    if arguments["sslmode"].startswith("verify-") and not arguments["ca_certificate"] and arguments["state"] != "read":
        raise SpecError(f"ca_certificate: sslmode {arguments['sslmode']} needs a file on the host with the authority's certificate")
