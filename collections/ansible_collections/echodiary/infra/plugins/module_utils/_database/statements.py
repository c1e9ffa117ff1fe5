# SPDX-License-Identifier: GPL-3.0-or-later
"""What PostgreSQL is told for a change. Pure; names and texts are quoted by ``quoting`` alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import goal
from .quoting import literal, name, who, within

if TYPE_CHECKING:
    from .plan import Change
    from .shapes import Cluster, Relation, Seen, Value, Wanted

#: attribute -> as ALTER ROLE says it, with NO before it where it is taken away
_ATTRIBUTES = ("login", "superuser", "createdb", "createrole", "replication", "bypassrls", "inherit")
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'"


def of_roles(changes: Iterable[Change], there: Cluster, verifiers: dict[str, str]) -> list[str]:
    """All are made before one of them is given to another."""
    given = [one for one in changes if one.kind == "role" and one.field != "owns"]
    made = [f"CREATE ROLE {name(one.name)} LOGIN" for one in given if _makes(one)]
    return [*made, *(said for one in given if not _makes(one) for said in _of_role(one, there, verifiers))]


def of_database(changes: Iterable[Change], wanted: Wanted) -> str:
    """Empty where it is there. It cannot be made in a transaction."""
    makes = any(one.kind == "database" and one.field == "owner" and one.before is None for one in changes)
    return f"CREATE DATABASE {name(wanted['database'])} OWNER {name(wanted['owner'])}" if makes else ""


def of_inside(changes: list[Change], wanted: Wanted, seen: Seen) -> list[str]:
    """In one transaction: what is given to another owner is granted by him. Extensions come last, each of them may be refused."""
    known = {goal.resource(one): one for one in (seen["inside"]["relations"] if seen["inside"] else [])}
    first = [f"REASSIGN OWNED BY {name(one.name)} TO {name(wanted['owner'])}" for one in changes if one.field == "owns"]
    rest = [said for one in changes if one.kind in _KINDS for said in _KINDS[one.kind](one, wanted, known.get(one.resource))]
    return [_LOCK_TIMEOUT, *first, *rest]


def of_extensions(changes: Iterable[Change]) -> dict[str, str]:
    return {one.name: f"CREATE EXTENSION IF NOT EXISTS {name(one.name)}" for one in changes if one.kind == "extension"}


def borrowed(changes: Iterable[Change], wanted: Wanted, there: Cluster) -> list[str]:
    """Roles whose rights are needed for it, and that who asks has not got."""
    owners = {str(one.before) for one in changes if one.field == "owner" and one.before}
    owning = {one.name for one in changes if one.field == "owns"}
    roles = there["roles"]
    has = {role for role, known in roles.items() if known["usable"] and known["settable"]}
    return [] if there["superuser"] else sorted({wanted["owner"], *owners, *owning} - has - {there["me"]})


def borrow(roles: Iterable[str]) -> list[str]:
    return [f"GRANT {name(role)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE" for role in roles]


def give_back(roles: Iterable[str]) -> list[str]:
    return [f"REVOKE {name(role)} FROM CURRENT_USER GRANTED BY CURRENT_USER" for role in roles]


def _makes(one: Change) -> bool:
    return one.field == "login" and one.before is None


def _of_role(one: Change, there: Cluster, verifiers: dict[str, str]) -> Iterator[str]:
    role = name(one.name)
    if one.field in _ATTRIBUTES:
        yield f"ALTER ROLE {role} {'' if one.after else 'NO'}{one.field.upper()}"
    elif one.field == "connections":
        yield f"ALTER ROLE {role} CONNECTION LIMIT {int(str(one.after))}"
    elif one.field == "acts_as":
        yield f"ALTER ROLE {role} SET role = {literal(str(one.after))}" if one.after else f"ALTER ROLE {role} RESET role"
    elif one.field == "password":
        yield f"ALTER ROLE {role} PASSWORD {literal(verifiers[one.name])}"
    elif one.field == "member_of":
        yield from _memberships(one, there)


def _memberships(one: Change, there: Cluster) -> Iterator[str]:
    """What was given with more than is wanted is taken back from everybody who gave it, and given anew."""
    before, after = _by_role(one.before), _by_role(one.after)
    for role in [role for role in before if before[role] - after.get(role, frozenset())]:
        for given in there["roles"][one.name]["member_of"]:
            if given["role"] == role:
                yield f"REVOKE {name(role)} FROM {name(one.name)} GRANTED BY {name(given['grantor'])}"
    for role in [role for role, word in after.items() if before.get(role) != word]:
        rights = ", ".join(f"{right} {str(right in after[role]).upper()}" for right in ("ADMIN", "INHERIT", "SET"))
        yield f"GRANT {name(role)} TO {name(one.name)} WITH {rights}"


def _by_role(value: Value | None) -> dict[str, frozenset[str]]:
    """role -> what its members may: MEMBER, ADMIN, INHERIT, SET."""
    return {goal.role_of(word): frozenset(_rights(word)) for word in (value if isinstance(value, list) else [])}


def _rights(word: str) -> Iterator[str]:
    yield "MEMBER"
    if " with admin" in word:
        yield "ADMIN"
    lacking = word.partition(" without ")[2].split(" and ")
    yield from (right.upper() for right in ("inherit", "set") if right not in lacking)


def _of_database(one: Change, _wanted: Wanted, _relation: Relation | None) -> Iterator[str]:
    database = name(one.name)
    if one.field == "owner" and one.before is not None:
        yield f"ALTER DATABASE {database} OWNER TO {name(str(one.after))}"
    elif one.field == "connect":
        yield from _difference("CONNECT ON DATABASE " + database, one.before, one.after)


def _of_schema(one: Change, wanted: Wanted, _relation: Relation | None) -> Iterator[str]:
    owner, schema = name(wanted["owner"]), name(one.name)
    if one.field == "there":
        yield f"CREATE SCHEMA {schema} AUTHORIZATION {owner}"
    elif one.field == "creates":
        yield f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}"
    else:
        yield from _granted(f"ON SCHEMA {schema}", one)


def _of_relation(one: Change, _wanted: Wanted, relation: Relation | None) -> Iterator[str]:
    if relation is None:
        return
    where = f"{one.kind.upper()} {within(relation['schema'], relation['name'])}"
    if one.field == "owner":
        yield f"ALTER {where} OWNER TO {name(str(one.after))}"
    else:
        yield from _granted(f"ON {where}", one)


def _of_default(one: Change, wanted: Wanted, _relation: Relation | None) -> Iterator[str]:
    kinds, _, schema = one.name.partition(" of ")
    for said in _granted(f"ON {kinds.upper()}", one):
        yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {name(wanted['owner'])} IN SCHEMA {name(schema)} {said}"


_KINDS = {"database": _of_database, "schema": _of_schema, "table": _of_relation, "sequence": _of_relation, "default": _of_default}


def _granted(where: str, one: Change) -> Iterator[str]:
    before, after = _set(one.before), _set(one.after)
    if before - after:
        yield f"REVOKE {', '.join(sorted(before - after))} {where} FROM {who(one.field)}"
    if after - before:
        yield f"GRANT {', '.join(sorted(after - before))} {where} TO {who(one.field)}"


def _difference(what: str, old: Value | None, new: Value) -> Iterator[str]:
    before, after = _set(old), _set(new)
    yield from (f"REVOKE {what} FROM {name(role)}" for role in sorted(before - after))
    yield from (f"GRANT {what} TO {name(role)}" for role in sorted(after - before))


def _set(value: Value | None) -> set[str]:
    return set(value) if isinstance(value, list) else set()
