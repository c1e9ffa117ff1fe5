# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``database_dump``: checked before the host is called. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict

from .._common.errors import SpecError
from . import declared as declarations

if TYPE_CHECKING:
    from collections.abc import Collection

    from ...module_utils._dump.shapes import Backup, Login, Manifest, Replaced, Wanted

#: an RDS snapshot and a part of a database's name can be called the same
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 40
#: how a dump is called that comes from the repository, whatever the component is saved by before a migration
REPOSITORY = "repository-"
#: what role backup was given as the server's authority, on the host that has the job
_AUTHORITY = "/etc/echodiary/backup/database-ca.pem"

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "required": True, "choices": ["created", "read", "restored"]},
    "component": {"type": "str"},
    "id": {"type": "str"},
    "source": {"type": "path"},
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
        "choices": declarations.SSLMODES,
        "default": "verify-full",
    },
    "ca_certificate": {"type": "path"},
    "release": {"type": "str", "default": ""},
    "keep": {"type": "int", "default": 7},
    "keep_days": {"type": "int", "default": 7},
    "owner": {"type": "str"},
    "maintenance_database": {"type": "str", "default": "postgres"},
    "timeout": {"type": "int", "default": 3600},
}


class Options(TypedDict):
    """A task's values of ARGUMENTS."""

    state: str
    component: str | None
    id: str | None
    source: str | None
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
    keep_days: int
    owner: str | None
    maintenance_database: str
    timeout: int


RULES: dict[str, Any] = {"required_if": [["state", "created", ["id"]], ["state", "restored", ["id"]]]}
_CONNECTING = ("image", "host", "database", "user", "password")
#: what has to be known, by the task or by the component's declaration
_NEEDED: dict[str, tuple[str, ...]] = {"created": _CONNECTING, "restored": (*_CONNECTING, "owner"), "read": ()}
_PURPOSES = {"created": "created", "restored": "restored", "read": "backups"}


def purpose(state: str) -> str:
    """Of a component's declaration, what is needed."""
    return _PURPOSES[state]


def completed(arguments: Options, found: declarations.Declared, given: Collection[str]) -> Options:
    """With what the component declares in place of what the task does not say itself. ``given``: names of what it says."""
    backup = declarations.required(found, found.component)
    repository = (arguments["id"] or "").startswith(REPOSITORY)
    if backup.method != declarations.DUMP and not repository:
        raise SpecError(
            f"{found.component}: is saved by {backup.method} (component.yml: database: backup: method), so it has no dumps here"
        )
    login = found.restore if arguments["state"] == "restored" else found.dumps
    filled: Options = {
        **arguments, "directory": backup.directory, "image": backup.image, "host": found.host or None, "port": found.port,
        "database": found.name or None, "user": login.user or None, "password": login.password or None, "sslmode": found.sslmode,
        "ca_certificate": backup.ca_certificate or (_authority(found) if repository else None),
        "keep": backup.keep, "keep_days": backup.keep_days, "owner": found.owner or None, "timeout": backup.timeout,
    }  # fmt: skip
    own: Any = {name: value for name, value in arguments.items() if name in given}
    return {**filled, **own}


def _authority(found: declarations.Declared) -> str | None:
    return _AUTHORITY if found.sslmode.startswith("verify-") else None


def manifest(arguments: Options, check: bool) -> Manifest:
    """What the host is asked. Raises SpecError for what cannot be meant."""
    _judge_needed(arguments)
    _judge(arguments)
    wanted: Wanted = {
        "login": _login(arguments), "id": arguments["id"] or "", "source": arguments["source"] or "",
        "directory": arguments["directory"], "release": arguments["release"],
        "keep": arguments["keep"], "keep_days": arguments["keep_days"],
        "owner": arguments["owner"] or "", "maintenance_database": arguments["maintenance_database"],
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


#: where component.yml has what an option is about
_DECLARED = {"image": "backup: image", "database": "name"}


def _judge_needed(arguments: Options) -> None:
    lacking = [name for name in _NEEDED[arguments["state"]] if not arguments.get(name)]
    if not lacking:
        return
    component, login = arguments["component"], "restore: " if arguments["state"] == "restored" else ""
    if component is None:
        raise SpecError(f"state is {arguments['state']} but all of the following are needed, and missing: {', '.join(lacking)}")
    keys = [f"{login}{name}" if name in ("user", "password") else _DECLARED.get(name, name) for name in lacking]
    raise SpecError(f"{component}: component.yml: database: lacks {', '.join(keys)}; declare it (docs/backup.md)")


def _judge(arguments: Options) -> None:
    identifier = arguments["id"]
    if arguments["source"] and arguments["state"] != "created":
        raise SpecError(f"source: state {arguments['state']} takes nothing in; leave it out, or say state: created")
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
