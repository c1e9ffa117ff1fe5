# SPDX-License-Identifier: GPL-3.0-or-later
"""From which server to which a component's database moves, and what its secret says of that. Pure.

The secret names the server; what it was before stays beside it until somebody confirms, so that the way back is known to every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError
from . import declared as declarations
from .declared import Place

if TYPE_CHECKING:
    from ...module_utils._dump.shapes import Login
    from ...module_utils._kinds.model import Json
    from ...module_utils._move.shapes import Manifest
    from .declared import Declared

THERE, BACK = "there", "back"
#: after the key that names the server, of the one before
_BEFORE = "{}_before"
#: as it is typed
PLAYBOOK = "ansible-playbook echodiary.infra.move_database"


class Move(NamedTuple):
    """``here``: which of the two the application is at, source or target; ``values``: what the secret gets when it goes over, ``undo``:
    what it has when it does not."""

    source: Place
    target: Place
    here: str
    values: dict[str, Json]
    undo: dict[str, Json]


class Confirmed(NamedTuple):
    """``before``: the server that is nobody's any more; ``values``: what the secret gets."""

    before: Place
    values: dict[str, Json]


def at_target(found: Declared) -> Declared:
    """As it is declared, at the server that it is to move to. SpecError where none is declared."""
    if found.move is None:
        raise SpecError(f"{found.component}: component.yml: database: move names no server to move to")
    host, port, instance = found.move
    known = found.roles
    roles = known and known._replace(master=declarations.Master("", "", instance)) if instance else known
    return found._replace(host=host, port=port, roles=roles)


def movable(found: Declared | None, name: str) -> Declared:
    if declarations.required(found, name).method != declarations.DUMP or found is None:
        raise SpecError(
            f"{name}: a move dumps and restores, and component.yml says backup: method rds; "
            "declare method dump with the image of PostgreSQL's programs for it"
        )
    return found


def secret(found: Declared) -> declarations.Secret:
    if found.secret is None:
        raise SpecError(
            f"component.yml of {found.component} does not say which secret names its server (database: secret: name), so no run can "
            "change it; declare it (docs/backup.md, Moving to another server)"
        )
    return found.secret


def move(found: Declared, values: Mapping[str, Json], direction: str) -> Move:
    """``values``: of the secret as it is."""
    keys, now, before = secret(found), Place(found.host, found.port), previous(found, values)
    if direction == BACK:
        if before is None:
            raise SpecError(f"{found.component}: no move waits to be confirmed, so there is no way back; its database is at {_at(now)}")
        return _move(keys, now, before, "source", last=True)
    if found.move is None:
        raise SpecError(
            f"{found.component}: component.yml: database: move names no server to move to; for EchoDiary: echodiary_database_move: "
            "{host: new.example}"
        )
    there = found.move.place
    if now == there and before:
        return _move(keys, before, now, "target")
    if now == there:
        raise SpecError(f"{found.component}: its database is at {_at(now)} already, and nothing waits to be confirmed; take move out again")
    if before:
        raise SpecError(
            f"{found.component}: its database moved from {_at(before)} to {_at(now)}, and nobody has confirmed that: "
            f"{PLAYBOOK} -e move=confirm, or -e move=back"
        )
    return _move(keys, now, there, "source")


def previous(found: Declared, values: Mapping[str, Json]) -> Place | None:
    """Where it was before a move that nobody has confirmed."""
    keys = secret(found)
    host, port = (values.get(_BEFORE.format(key)) for key in (keys.host, keys.port))
    return Place(str(host), int(str(port or 5432))) if host else None


def confirmed(found: Declared, values: Mapping[str, Json]) -> Confirmed:
    """SpecError where nothing waits for it."""
    before = previous(found, values)
    if before is None:
        raise SpecError(f"{found.component}: no move waits to be confirmed; its database is at {found.host}:{found.port}")
    keys = secret(found)
    return Confirmed(before, {_BEFORE.format(keys.host): "", _BEFORE.format(keys.port): ""})


def _move(keys: declarations.Secret, source: Place, target: Place, here: str, *, last: bool = False) -> Move:
    """``last``: nothing is left to be confirmed when it is done."""
    before, after = _BEFORE.format(keys.host), _BEFORE.format(keys.port)
    kept = {before: "", after: ""} if last else {before: source.host, after: str(source.port)}
    undone = {before: target.host, after: str(target.port)} if last else {before: "", after: ""}
    return Move(
        source,
        target,
        here,
        {keys.host: target.host, keys.port: str(target.port), **kept},
        {keys.host: source.host, keys.port: str(source.port), **undone},
    )


def follows(found: Declared, place: Place) -> None:
    """``found``: as declared with the secret's new values. SpecError where the inventory does not take the server from there."""
    if Place(found.host, found.port) != place:
        keys = secret(found)
        raise SpecError(
            f"{found.component}: its inventory does not take the server from secret {keys.name}: with {keys.host}: {place.host} and "
            f"{keys.port}: {place.port} there it would still be {found.host}:{found.port}; set database: host and port from the secret"
        )


def manifest(found: Declared, state: str, source: Place, target: Place, side: str, *, check: bool) -> Manifest:
    """The host's part. SpecError for what lacks."""
    backup = declarations.required(found, found.component)
    lacking = declarations.missing(found, found.restore, ["name", "user", "password"])
    if lacking or not backup.image:
        words = [f"restore: {key}" for key in lacking] + ([] if backup.image else ["backup: image"])
        lacks = f"{found.component}: component.yml: database: lacks {', '.join(words)}"
        raise SpecError(f"{lacks}; a move needs what a restore does (docs/backup.md)")
    logins = [login for login in (found.login, found.dumps) if login.user and login.password]
    roles = found.roles
    return {
        "state": state,
        "check": check,
        "side": side,
        "roles_come": False,
        "source": _login(found, source, backup),
        "target": _login(found, target, backup),
        "owner": found.owner,
        "maintenance_database": roles.maintenance_database if roles else "postgres",
        "logins": [{"user": login.user, "password": login.password} for login in dict.fromkeys(logins)],
        "directory": backup.directory,
        "timeout": backup.timeout,
    }


def _login(found: Declared, place: Place, backup: declarations.Backup) -> Login:
    return {
        "image": backup.image, "pull": "missing", "network": None, "host": place.host, "port": place.port, "database": found.name,
        "user": found.restore.user, "password": found.restore.password, "sslmode": found.sslmode,
        "ca_certificate": backup.ca_certificate or None,
    }  # fmt: skip


def _at(place: Place) -> str:
    return f"{place.host}:{place.port}"
