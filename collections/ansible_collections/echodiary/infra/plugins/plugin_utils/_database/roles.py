# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns a component's database and who serves, as its component.yml declares them: what a host is asked to see to. Pure."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError
from . import declared as declarations
from . import rotation

if TYPE_CHECKING:
    from ...module_utils._database.shapes import Login, Manifest, Role, Server, Wanted
    from .declared import Declared, Roles

#: what PostgreSQL itself lets do, by whom it is needed
OF_OWNER, OF_MONITOR, OF_BACKUP = ["pg_read_all_stats"], ["pg_monitor"], ["pg_read_all_data"]
OF_ADMIN = ["pg_monitor", "pg_signal_backend", "pg_use_reserved_connections"]
_LENGTH = 32
#: as it is typed
PLAYBOOK = "ansible-playbook echodiary.infra.database_roles"


class Moved(NamedTuple):
    """An installation with one role goes over: ``found`` is how it is declared afterwards, ``values`` what its secret gets."""

    found: Declared
    values: dict[str, str]


def required(found: Declared | None, name: str) -> Roles:
    if found is None or found.roles is None:
        raise SpecError(
            f"component.yml of {name} does not say who owns its database and who serves (database: roles); "
            "docs/operations.md, Roles in PostgreSQL, says what to declare"
        )
    return found.roles


def moved(found: Declared) -> Moved:
    """The role that is there goes on owning and becomes who migrates; who serves is new, with a password that nobody has seen."""
    roles, secret = required(found, found.component), found.secret
    if secret is None or not found.login.password:
        lacking = "secret (name)" if found.login.password else "password"
        raise SpecError(
            f"{found.component}: component.yml: database: lacks {lacking}; or declare yourself migrate (user, password), of the role that "
            "owns, and as user and password those of the one that is to serve"
        )
    if found.login.user == roles.serving:
        raise SpecError(
            f"{found.component}: component.yml: database: {roles.serving} cannot both own and serve; name another role in roles: serving"
        )
    password = secrets.token_urlsafe(_LENGTH)
    values = {
        secret.user: roles.serving,
        secret.password: password,
        secret.migrate_user: found.login.user,
        secret.migrate_password: found.login.password,
    }
    after = found._replace(
        login=declarations.Login(roles.serving, password),
        migrate=found.migrate._replace(user=found.login.user, password=found.login.password),
    )
    return Moved(after, values)


def manifest(found: Declared, master: declarations.Login, *, check: bool) -> Manifest:
    """The host's part of it."""
    roles = required(found, found.component)
    lacking = declarations.missing(found, found.login, ["host", "name", "user", "password"])
    lacking += [] if found.migrate.user and found.migrate.password else ["migrate: user, password"]
    if lacking:
        raise SpecError(f"{found.component}: component.yml: database: lacks {', '.join(lacking)}; declare it (docs/backup.md)")
    return {"state": "present", "check": check, "server": server(found), "login": _login(master), "wanted": wanted(found, roles)}


def reading(found: Declared) -> Manifest:
    """As who serves: what it is, only that login has to tell."""
    asked = {"state": "read", "check": True, "server": server(found), "login": _login(found.login)}
    return {**asked, "wanted": wanted(found, found.roles) if found.roles else _nothing(found)}  # type: ignore[typeddict-item]


def server(found: Declared) -> Server:
    certificate = found.roles.ca_certificate if found.roles else ""
    # Without the authority's text nobody can be verified: of roles that nobody declared, only that is told.
    sslmode = found.sslmode if certificate or found.roles or not found.sslmode.startswith("verify-") else "require"
    return {"host": found.host, "port": found.port, "sslmode": sslmode, "ca_certificate": certificate}


def wanted(found: Declared, roles: Roles) -> Wanted:
    visitors = [login.user for login in (found.admin, roles.monitor, roles.backup) if login.user]
    return {
        "database": found.name,
        "maintenance_database": roles.maintenance_database,
        "owner": found.owner,
        "serving": _pair(roles.serving, found),
        "visitors": visitors,
        "roles": [*_owners(found), *_serving(found, roles), *_others(found, roles)],
        "schemas": roles.schemas,
        "extensions": roles.extensions,
        "sessions": found.sessions,
    }


def _nothing(found: Declared) -> Wanted:
    nobody: list[Role] = []
    return {
        "database": found.name, "maintenance_database": "", "owner": "", "serving": [], "visitors": [], "roles": nobody, "schemas": [],
        "extensions": [], "sessions": "",
    }  # fmt: skip


def _pair(first: str, found: Declared) -> list[str]:
    """Two logins that take turns, where passwords are changed."""
    return [first, rotation.clone(first)] if found.secret else [first]


def _owners(found: Declared) -> list[Role]:
    """What the second one makes is the first one's."""
    first, *others = _pair(found.owner, found)
    given = {found.migrate.user: found.migrate.password}
    second: list[Role] = [{**_role(name, given.get(name, ""), [first]), "acts_as": first} for name in others]
    return [_role(first, given.get(first, ""), OF_OWNER), *second]


def _serving(found: Declared, roles: Roles) -> list[Role]:
    first, *others = _pair(roles.serving, found)
    given = {found.login.user: found.login.password}
    return [_role(first, given.get(first, ""), []), *(_role(name, given.get(name, ""), [first]) for name in others)]


def _others(found: Declared, roles: Roles) -> list[Role]:
    everybody = [*_pair(found.owner, found), *_pair(roles.serving, found)]
    others: list[Role] = []
    if found.admin.user:
        admin = _role(found.admin.user, found.admin.password, [*(f"{name} with admin" for name in everybody), *OF_ADMIN])
        others.append({**admin, "exact": False, "createdb": True, "createrole": True})
    if roles.monitor.user:
        others.append({**_role(roles.monitor.user, roles.monitor.password, OF_MONITOR), "connections": roles.monitor.connections})
    if roles.backup.user:
        others.append(_role(roles.backup.user, roles.backup.password, OF_BACKUP))
    return others


def _role(name: str, password: str, member_of: list[str]) -> Role:
    return {
        "name": name, "password": password, "member_of": member_of, "acts_as": "", "exact": True, "connections": -1, "createdb": False,
        "createrole": False,
    }  # fmt: skip


def _login(login: declarations.Login) -> Login:
    return {"user": login.user, "password": login.password}
