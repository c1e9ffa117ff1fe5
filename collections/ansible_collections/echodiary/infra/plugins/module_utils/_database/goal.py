# SPDX-License-Identifier: GPL-3.0-or-later
"""How it should be, and how it is, in the same words: resource -> field -> value, so that comparing them is all that planning is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .quoting import PUBLIC

if TYPE_CHECKING:
    from .shapes import Grants, Inside, Membership, Relation, Role, Seen, SeenRole, State, Value, Wanted

OPENS, CLOSED = "opens", "does not open"
#: what whoever serves needs, and no more
GRANTED = {"table": ["DELETE", "INSERT", "SELECT", "UPDATE"], "sequence": ["SELECT", "USAGE"]}
KINDS = tuple(GRANTED)
#: of a login that is none of the server's administrators
_PLAIN: dict[str, Value] = {"login": True, "superuser": False, "replication": False, "bypassrls": False, "inherit": True}


def wanted_state(wanted: Wanted, seen: Seen) -> State:
    """Of relations, those that are there."""
    found: State = {f"role:{role['name']}": _wanted_role(role) for role in wanted["roles"]}
    for name in wanted["serving"]:
        found[f"role:{name}"]["owns"] = []
    found[f"database:{wanted['database']}"] = {"owner": wanted["owner"], "connect": sorted([*wanted["serving"], *wanted["visitors"]])}
    found.update((f"schema:{name}", _wanted_schema(wanted)) for name in wanted["schemas"])
    for relation in seen["inside"]["relations"] if seen["inside"] else []:
        found[resource(relation)] = {**_wanted_owner(relation, wanted), **_wanted_grants(wanted, relation["kind"])}
    for name in wanted["schemas"]:
        found.update((f"default:{kind}s of {name}", _wanted_grants(wanted, kind)) for kind in KINDS)
    found.update((f"extension:{name}", {"there": True}) for name in wanted["extensions"])
    return found


def seen_state(wanted: Wanted, seen: Seen) -> State:
    found: State = {}
    for role in wanted["roles"]:
        there = seen["cluster"]["roles"].get(role["name"])
        if there:
            found[f"role:{role['name']}"] = _seen_role(role, there, wanted, seen)
    database = seen["cluster"]["databases"].get(wanted["database"])
    if database:
        known = {*wanted["serving"], *wanted["visitors"]}
        found[f"database:{wanted['database']}"] = {"owner": database["owner"], "connect": sorted(known & {*database["connect"]})}
    found.update(_seen_inside(wanted, seen["inside"]) if seen["inside"] else _template(wanted))
    return found


def words(given: Iterable[Membership]) -> list[str]:
    """Of several that somebody gave, together: ``shop``, ``shop with admin``, ``shop without set``."""
    together: dict[str, tuple[bool, bool, bool]] = {}
    for one in given:
        admin, inherit, may_set = together.get(one["role"], (False, False, False))
        together[one["role"]] = (admin or one["admin"], inherit or one["inherit"], may_set or one["set"])
    return sorted(_word(role, *how) for role, how in together.items())


def _word(role: str, admin: bool, inherit: bool, may_set: bool) -> str:
    lacks = [name for name, there in (("inherit", inherit), ("set", may_set)) if not there]
    return f"{role}{' with admin' if admin else ''}{' without ' + ' and '.join(lacks) if lacks else ''}"


def role_of(word: str) -> str:
    return word.split(" with", 1)[0]


def _wanted_role(role: Role) -> dict[str, Value]:
    more: dict[str, Value] = {name: role[name] for name in ("acts_as", "connections", "createdb", "createrole")}
    opens: dict[str, Value] = {"password": OPENS} if role["password"] else {}
    return {**_PLAIN, **more, "member_of": sorted(role["member_of"]), **opens}


def _seen_role(role: Role, there: SeenRole, wanted: Wanted, seen: Seen) -> dict[str, Value]:
    names = (*_PLAIN, "acts_as", "connections", "createdb", "createrole")
    found: dict[str, Value] = {name: there[name] for name in names}  # type: ignore[literal-required]
    asked = {role_of(word) for word in role["member_of"]}
    found["member_of"] = words(one for one in there["member_of"] if role["exact"] or one["role"] in asked)
    if role["password"]:
        found["password"] = OPENS if role["name"] in seen["opens"] else CLOSED
    if role["name"] in wanted["serving"]:
        found["owns"] = sorted(seen["inside"]["owns"].get(role["name"], [])) if seen["inside"] else []
    return found


def _wanted_schema(wanted: Wanted) -> dict[str, Value]:
    serving, *others = wanted["serving"]
    visitors: dict[str, Value] = {name: ["USAGE"] for name in (serving, *wanted["visitors"])}
    nobody: dict[str, Value] = {name: [] for name in (PUBLIC, *others)}
    return {"there": True, "creates": True, **nobody, **visitors}


def _wanted_grants(wanted: Wanted, kind: str) -> dict[str, Value]:
    serving, *others = wanted["serving"]
    nobody: dict[str, Value] = {name: [] for name in (PUBLIC, *others)}
    return {**nobody, serving: GRANTED[kind]}


def _wanted_owner(relation: Relation, wanted: Wanted) -> dict[str, Value]:
    """A column's sequence goes with its table, and what serving logins own goes with them all at once."""
    return {} if relation["tied"] or relation["owner"] in wanted["serving"] else {"owner": wanted["owner"]}


def resource(relation: Relation) -> str:
    return f"{relation['kind']}:{relation['schema']}.{relation['name']}"


def _seen_inside(wanted: Wanted, inside: Inside) -> Iterator[tuple[str, dict[str, Value]]]:
    who = [PUBLIC, *wanted["serving"]]
    for name, schema in inside["schemas"].items():
        yield f"schema:{name}", {"there": True, "creates": schema["creates"], **_granted(schema["grants"], [*who, *wanted["visitors"]])}
    for relation in inside["relations"]:
        owner: dict[str, Value] = {"owner": relation["owner"]} if _wanted_owner(relation, wanted) else {}
        # an owner's rights go with what he owns: nothing of it was granted
        granted = {name: rights for name, rights in relation["grants"].items() if name != relation["owner"]}
        yield resource(relation), {**owner, **_granted(granted, who)}
    grants = {(one["kind"], one["schema"]): one["grants"] for one in inside["defaults"]}
    for name in wanted["schemas"]:
        for kind in KINDS:
            yield f"default:{kind}s of {name}", _granted(grants.get((kind, name), {}), who)
    there: dict[str, Value] = {"there": True}
    yield from ((f"extension:{name}", there) for name in inside["extensions"] if name in wanted["extensions"])


def _template(wanted: Wanted) -> State:
    """What a database has when it is made."""
    visitors: dict[str, Value] = {name: [] for name in (*wanted["serving"], *wanted["visitors"])}
    return {"schema:public": {"there": True, "creates": True, PUBLIC: ["USAGE"], **visitors}}


def _granted(grants: Grants, who: Iterable[str]) -> dict[str, Value]:
    return {name: sorted(grants.get(name, [])) for name in who}
