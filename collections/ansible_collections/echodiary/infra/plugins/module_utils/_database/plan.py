# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs, field by field, and what of it cannot be done by who asks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from . import goal

if TYPE_CHECKING:
    from .shapes import Changed, Cluster, Field, Seen, SeenRole, State, Value, Wanted

#: of what was just made
_FRESH: dict[str, Value] = {
    "inherit": True,
    "connections": -1,
    "acts_as": "",
    **dict.fromkeys(("superuser", "createdb", "createrole", "replication", "bypassrls"), False),
}
#: only a superuser gives these, or takes them away
_STRONG = ("superuser", "replication", "bypassrls")


class Change(NamedTuple):
    """``before`` is None of what is not there."""

    resource: str
    field: str
    before: Value | None
    after: Value

    @property
    def kind(self) -> str:
        return self.resource.partition(":")[0]

    @property
    def name(self) -> str:
        return self.resource.partition(":")[2]


class Plan(NamedTuple):
    """``warnings``: what stays as it is although it differs; ``refused``: why nothing at all is done."""

    changes: list[Change]
    warnings: list[str]
    refused: list[str]


def plan(wanted: Wanted, seen: Seen) -> Plan:
    changes = list(_differences(goal.wanted_state(wanted, seen), goal.seen_state(wanted, seen)))
    possible, warnings = _given(changes, seen["cluster"])
    return Plan(possible, warnings, list(_refused(possible, seen["cluster"])))


def told(changes: list[Change]) -> list[Changed]:
    """One entry for each resource, in their order."""
    found: dict[str, dict[str, Field]] = {}
    for one in changes:
        before = one.before if one.before is not None else ""
        found.setdefault(one.resource, {})[one.field] = {"before": before, "after": one.after}
    return [{"resource": resource, "fields": fields} for resource, fields in found.items()]


def _differences(wanted: State, seen: State) -> Iterator[Change]:
    for resource, fields in wanted.items():
        there = seen.get(resource)
        for field, after in fields.items():
            before = there.get(field) if there is not None else [] if isinstance(after, list) else _FRESH.get(field)
            if before != after:
                yield Change(resource, field, before, after)


def _given(changes: list[Change], there: Cluster) -> tuple[list[Change], list[str]]:
    """PostgreSQL's own roles are given by whoever has them to give: what cannot be given is left out, and told."""
    possible, warnings = [], []
    for one in changes:
        lacking = sorted(_not_grantable(one, there)) if one.field == "member_of" else []
        warnings += [f"{there['me']} may not give {role} to {one.name}; as who may: GRANT {role} TO {one.name}" for role in lacking]
        after: Value = [word for word in _listed(one.after) if word not in lacking] if lacking else one.after
        if after != (one.before or [] if lacking else one.before):
            possible.append(one._replace(after=after))
    return possible, warnings


def _not_grantable(one: Change, there: Cluster) -> set[str]:
    fresh = {goal.role_of(word) for word in _listed(one.after)} - {goal.role_of(word) for word in _listed(one.before)}
    return {role for role in fresh if role.startswith("pg_") and role not in there["grantable"]}


def _listed(value: Value | None) -> list[str]:
    return value if isinstance(value, list) else []


def _refused(changes: list[Change], there: Cluster) -> Iterator[str]:
    if there["superuser"]:
        return
    yield from _powers(changes, there)
    for name in dict.fromkeys(one.name for one in changes if one.kind == "role"):
        known = there["roles"].get(name)
        if known:
            yield from _of_role(name, known, changes, there)


def _powers(changes: list[Change], there: Cluster) -> Iterator[str]:
    if not there["createrole"] and any(one.kind == "role" for one in changes):
        yield f"{there['me']} may not make roles; name the server's administrator in database: roles: master"
    makes = any(one.kind == "database" and one.before is None for one in changes)
    if not there["createdb"] and (makes or any(one.field == "createdb" for one in changes)):
        yield f"{there['me']} may not make databases: ALTER ROLE {there['me']} CREATEDB"


def _of_role(name: str, known: SeenRole, changes: list[Change], there: Cluster) -> Iterator[str]:
    strong = [one.field for one in changes if one.resource == f"role:{name}" and one.field in _STRONG]
    if strong:
        words = ", ".join(f"NO{field.upper()}" for field in strong)
        yield f"{name} has {', '.join(strong)}, which only a superuser takes away: ALTER ROLE {name} {words.replace(', ', ' ')}"
    if not known["mine"]:
        me = there["me"]
        yield f"{name} was not made by {me}, who may not change it; as who made it: GRANT {name} TO {me} WITH ADMIN OPTION"
