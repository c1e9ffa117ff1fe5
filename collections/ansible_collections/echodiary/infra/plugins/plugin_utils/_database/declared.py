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
    "migrate_user": {"type": "str", "default": "database_migrate_user"},
    "migrate_password": {"type": "str", "default": "database_migrate_password", "no_log": False},
    "host": {"type": "str", "default": "database_host"},
    "port": {"type": "str", "default": "database_port"},
}
_MIGRATE = {**_LOGIN, "variable": {"type": "str", "default": "DATABASE_URL"}}
_MASTER = {**_LOGIN, "instance": {"type": "str", "default": ""}}
_MONITOR = {**_LOGIN, "connections": {"type": "int", "default": 5}}
#: who owns, who serves, and who made them: nothing of it is there where one role does all
_ROLES = {
    "serving": {"type": "str", "default": ""},
    "schemas": {"type": "list", "elements": "str", "default": ["public"]},
    "extensions": {"type": "list", "elements": "str", "default": []},
    "ca_certificate": {"type": "str", "default": ""},
    "maintenance_database": {"type": "str", "default": "postgres"},
    "master": {"type": "dict", "options": _MASTER, "apply_defaults": True},
    "monitor": {"type": "dict", "options": _MONITOR, "apply_defaults": True},
    "backup": {"type": "dict", "options": _LOGIN, "apply_defaults": True},
}
_MOVE = {"host": {"type": "str", "required": True}, "port": {"type": "int", "default": 5432}, "instance": {"type": "str", "default": ""}}
_BACKUP = {
    "method": {"type": "str", "choices": [DUMP, RDS], "default": DUMP},
    "host": {"type": "str", "default": ""},
    "image": {"type": "str", "default": ""},
    "directory": {"type": "str", "default": ""},
    "keep": {"type": "int", "default": 7},
    "keep_days": {"type": "int", "default": 7},
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
    "migrate": {"type": "dict", "options": _MIGRATE, "apply_defaults": True},
    "roles": {"type": "dict", "options": _ROLES},
    "move": {"type": "dict", "options": _MOVE},
    "backup": {"type": "dict", "options": _BACKUP},
}

_SERVER = ("host", "port", "name", "user", "sslmode", "ca_certificate")
#: purpose -> what of it is rendered
PURPOSES: dict[str, tuple[str, ...]] = {
    "backups": ("backup",),
    "created": (*_SERVER, "password", "migrate", "backup"),
    "restored": (*_SERVER, "owner", "admin", "restore", "backup"),
    "administrator": (*_SERVER, "admin"),
    "rotation": (*_SERVER, "owner", "admin", "secret", "sessions", "migrate", "roles"),
    "migration": ("migrate",),
    "rehearsal": ("name", "backup"),
    "roles": (*_SERVER, "password", "owner", "admin", "secret", "sessions", "migrate", "roles", "move"),
    "serving": (*_SERVER, "password", "roles"),
    "move": (*_SERVER, "password", "owner", "admin", "restore", "secret", "migrate", "roles", "move", "backup"),
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
    """In the secret store; the others are its keys."""

    name: str
    user: str
    password: str
    migrate_user: str
    migrate_password: str
    host: str
    port: str


class Place(NamedTuple):
    """A server."""

    host: str
    port: int


class Move(NamedTuple):
    """A server to move to; ``instance`` of RDS, where AWS keeps its administrator's password."""

    host: str
    port: int
    instance: str

    @property
    def place(self) -> Place:
        return Place(self.host, self.port)


class Migrate(NamedTuple):
    """Who owns and migrates; ``variable`` of the release's environment has the URL that this login takes the place in."""

    user: str
    password: str
    variable: str


class Master(NamedTuple):
    """Who makes roles: a login, or that of an RDS ``instance``, whose password AWS keeps."""

    user: str
    password: str
    instance: str


class Monitor(NamedTuple):
    user: str
    password: str
    connections: int


class Roles(NamedTuple):
    """``serving``: the role that serves, as it is called before its password was ever changed; ``ca_certificate``: PEM text."""

    serving: str
    schemas: list[str]
    extensions: list[str]
    ca_certificate: str
    maintenance_database: str
    master: Master
    monitor: Monitor
    backup: Login


class Backup(NamedTuple):
    """``host`` of the inventory that keeps dumps, empty for the component's first; ``directory`` there; ``keep``: how many, 0 for all, and
    dumps of the last ``keep_days`` whatever their number; ``timeout`` in seconds; ``ca_certificate``: a file on that host; ``instance`` of
    RDS; ``unlabelled``: the metric is also written without the component's name, as before components had one."""

    method: str
    host: str
    image: str
    directory: str
    keep: int
    keep_days: int
    timeout: int
    ca_certificate: str
    instance: str
    unlabelled: bool


class Declared(NamedTuple):
    """What was not rendered for the purpose is empty. ``ca_certificate``: a file in the release's containers; ``sessions``: regular
    expression of the application_name of the component's own; ``move``: the server that it is to move to."""

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
    migrate: Migrate
    roles: Roles | None
    move: Move | None
    backup: Backup | None

    @property
    def dumps(self) -> Login:
        """Who reads all of it: the owner, where there is one beside who serves."""
        return Login(self.migrate.user, self.migrate.password) if self.migrate.password else self.login


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
    # an inventory says {} for none
    said = {key: value for key, value in given.items() if key not in ("roles", "move") or value}
    result = ArgumentSpecValidator({KEY: {"type": "dict", "options": OPTIONS}}).validate({KEY: said})
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
        migrate=Migrate(**found["migrate"]),
        roles=_roles(name, found["roles"], found["user"]),
        move=found["move"] and Move(**found["move"]),
        backup=backup and _checked(name, backup._replace(directory=backup.directory or f"/var/backups/{name}")),
    )


def _roles(name: str, given: dict[str, Any] | None, user: str) -> Roles | None:
    if not given:
        return None
    logins = {"master": Master(**given["master"]), "monitor": Monitor(**given["monitor"]), "backup": Login(**given["backup"])}
    serving = given["serving"] or user
    if not serving:
        raise SpecError(f"{name}: component.yml: database: roles needs serving, the name of the role that serves")
    return Roles(**{**given, **logins, "serving": serving})


def _checked(name: str, backup: Backup) -> Backup:
    """What would only be found out where a migration waits for it."""
    if backup.method == DUMP and not backup.image:
        raise SpecError(f"{name}: component.yml: database: backup: a dump needs image, with PostgreSQL's programs of the server's version")
    if backup.method == RDS and not backup.instance:
        raise SpecError(f"{name}: component.yml: database: backup: method rds needs instance, the identifier of the RDS instance")
    if backup.keep_days < 0:
        raise SpecError(f"{name}: component.yml: database: backup: keep_days is {backup.keep_days}; 0 lets only keep count")
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
