# SPDX-License-Identifier: GPL-3.0-or-later
"""``database`` of a component.yml: where a component's database is, how it is saved, and who may change it. Pure.

It holds passwords and needs secrets that not every run has read. So nothing of it is rendered before somebody asks, and then only the keys
that the purpose needs: converging a host asks for none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json

KEY = "database"
DUMP, RDS = "dump", "rds"
SSLMODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

_LOGIN = {"user": {"type": "str", "default": ""}, "password": {"type": "str", "default": "", "no_log": True}}
_SECRET = {
    "name": {"type": "str", "required": True},
    "user": {"type": "str", "default": "database_user"},
    "password": {"type": "str", "default": "database_password", "no_log": False},
}
_BACKUP = {
    "method": {"type": "str", "choices": [DUMP, RDS], "default": DUMP},
    "host": {"type": "str", "default": ""},
    "image": {"type": "str", "default": ""},
    "directory": {"type": "str", "default": ""},
    "keep": {"type": "int", "default": 7},
    "timeout": {"type": "int", "default": 3600},
    "ca_certificate": {"type": "str", "default": ""},
    "instance": {"type": "str", "default": ""},
    "unlabelled": {"type": "bool", "default": False},
}
OPTIONS: dict[str, Any] = {
    "host": {"type": "str", "default": ""},
    "port": {"type": "int", "default": 5432},
    "name": {"type": "str", "default": ""},
    "user": {"type": "str", "default": ""},
    "password": {"type": "str", "default": "", "no_log": True},
    "owner": {"type": "str", "default": ""},
    "sslmode": {"type": "str", "choices": SSLMODES, "default": "verify-full"},
    "ca_certificate": {"type": "str", "default": ""},
    "admin": {"type": "dict", "options": _LOGIN, "apply_defaults": True},
    "restore": {"type": "dict", "options": _LOGIN, "apply_defaults": True},
    "secret": {"type": "dict", "options": _SECRET},
    "sessions": {"type": "str", "default": ""},
    "backup": {"type": "dict", "options": _BACKUP},
}

_SERVER = ("host", "port", "name", "user", "sslmode", "ca_certificate")
#: purpose -> what of it is rendered
PURPOSES: dict[str, tuple[str, ...]] = {
    "backups": ("backup",),
    "created": (*_SERVER, "password", "backup"),
    "restored": (*_SERVER, "owner", "admin", "restore", "backup"),
    "administrator": (*_SERVER, "admin"),
    "rotation": (*_SERVER, "owner", "admin", "secret", "sessions"),
}
#: what is to be written where there is nothing of the kind
_EXAMPLE = (
    'database: {host: db.example, name: shop, user: shop, password: "{{ shop_database_password }}", backup: {image: "postgres:17"}}'
    " (docs/backup.md)"
)


class Login(NamedTuple):
    user: str
    password: str


class Secret(NamedTuple):
    """In the secret store; ``user`` and ``password`` are its keys."""

    name: str
    user: str
    password: str


class Backup(NamedTuple):
    """``host`` of the inventory that keeps dumps, empty for the component's first; ``directory`` there; ``keep``: how many, 0 for all;
    ``timeout`` in seconds; ``ca_certificate``: a file on that host; ``instance`` of RDS; ``unlabelled``: the metric is also written
    without the component's name, as before components had one."""

    method: str
    host: str
    image: str
    directory: str
    keep: int
    timeout: int
    ca_certificate: str
    instance: str
    unlabelled: bool


class Declared(NamedTuple):
    """What was not rendered for the purpose is empty. ``ca_certificate``: a file in the release's containers; ``sessions``: regular
    expression of the application_name of the component's own."""

    component: str
    host: str
    port: int
    name: str
    sslmode: str
    ca_certificate: str
    login: Login
    owner: str
    admin: Login
    restore: Login
    secret: Secret | None
    sessions: str
    backup: Backup | None


def wanted(name: str, given: Mapping[str, Json], purpose: str) -> dict[str, Json]:
    """Of the declaration as it stands, not rendered, what is. SpecError for a key that nobody would read."""
    if not isinstance(given, Mapping):
        raise SpecError(f"{name}: component.yml: database has to be a mapping; say {_EXAMPLE}")
    strange = sorted(given.keys() - OPTIONS.keys())
    if strange:
        raise SpecError(f"{name}: component.yml: database has no {', '.join(strange)}; there are {', '.join(OPTIONS)}")
    return {key: given[key] for key in PURPOSES[purpose] if key in given}


def read(name: str, given: Mapping[str, Json]) -> Declared:
    """From what was rendered of it. SpecError for anything that is not understood."""
    result = ArgumentSpecValidator({KEY: {"type": "dict", "options": OPTIONS}}).validate({KEY: dict(given)})
    if result.error_messages:
        raise SpecError(f"{name}: component.yml: {'; '.join(result.error_messages)}")
    found = result.validated_parameters[KEY]
    login, admin = Login(found["user"], found["password"]), Login(**found["admin"])
    backup = found["backup"] and Backup(**found["backup"])
    return Declared(
        component=name,
        host=found["host"],
        port=found["port"],
        name=found["name"],
        sslmode=found["sslmode"],
        ca_certificate=found["ca_certificate"],
        login=login,
        owner=found["owner"] or login.user,
        admin=admin,
        restore=Login(**found["restore"]) if found["restore"]["password"] else admin,
        secret=found["secret"] and Secret(**found["secret"]),
        sessions=found["sessions"],
        backup=backup and _checked(name, backup._replace(directory=backup.directory or f"/var/backups/{name}")),
    )


def _checked(name: str, backup: Backup) -> Backup:
    """What would only be found out where a migration waits for it."""
    if backup.method == DUMP and not backup.image:
        raise SpecError(f"{name}: component.yml: database: backup: a dump needs image, with PostgreSQL's programs of the server's version")
    if backup.method == RDS and not backup.instance:
        raise SpecError(f"{name}: component.yml: database: backup: method rds needs instance, the identifier of the RDS instance")
    if backup.keep < 0:
        raise SpecError(f"{name}: component.yml: database: backup: keep is {backup.keep}; 0 already keeps all of them")
    return backup


def required(found: Declared | None, name: str) -> Backup:
    """SpecError, with what to declare, where nothing is saved."""
    if found is None or found.backup is None:
        raise SpecError(f"{undeclared(name)}, so there is nothing to back up; say there {_EXAMPLE}")
    return found.backup


def undeclared(name: str) -> str:
    return f"component.yml of {name} does not say where its database is and how it is saved (database: backup)"


def missing(found: Declared, login: Login, keys: Sequence[str]) -> list[str]:
    """Of what a connection needs, what is not there, as it is called in component.yml."""
    there = {"host": found.host, "name": found.name, "user": login.user, "password": login.password}
    return [key for key in keys if not there[key]]
