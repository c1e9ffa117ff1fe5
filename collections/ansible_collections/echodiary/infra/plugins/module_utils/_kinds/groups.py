# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups and who is in them: read from the host's own databases. The controller creates and changes them.

In a group is whoever is listed there, and whoever has it as primary group. Members go in and out one by one, by ``gpasswd``: it touches
nothing else of a user, and never makes one that is missing, as ``ansible.builtin.user`` would.
"""

from __future__ import annotations

import grp
import pwd
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypedDict, cast

from .._ledger import shapes
from . import model, protocol

NAME, KEY, SHARED = "group", "groups", model.ALIKE
WORDS, PREFIX = ("group", "groups"), "group "
ACCOUNTS = True
OPTIONS: model.Schema = {
    "name": {"type": "str", "required": True},
    "gid": {"type": "int"},
    "system": {"type": "bool", "default": False},
    "members": {"type": "list", "elements": "str"},
    "exclusive": {"type": "bool", "default": False},
}
SCHEMA: model.Schema = {"type": "list", "elements": "dict", "options": OPTIONS, "default": []}
ENTRY: model.Schema = {}
SHAPE = shapes.fields({}, {"gid": shapes.kind(int), "members": shapes.items(shapes.TEXT), "exclusive": shapes.kind(bool)})
#: as of useradd(8), and short enough for utmp
FORM = r"[a-z_][a-z0-9_-]{0,31}"


class Group(TypedDict, total=False):
    """As declared."""

    name: str
    gid: int
    system: bool
    members: list[str]
    exclusive: bool


class Value(TypedDict, total=False):
    """The part of a group that can drift. ``exclusive`` only where it is."""

    gid: int
    members: list[str]
    exclusive: bool


class Live(NamedTuple):
    """``listed`` in it, and those who have it as their ``primary`` group."""

    gid: int
    listed: frozenset[str] = frozenset()
    primary: frozenset[str] = frozenset()

    @property
    def members(self) -> frozenset[str]:
        return self.listed | self.primary


def checked(given: list[Group]) -> list[Group]:
    for group in given:
        _check(group)
    names = [group["name"] for group in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise model.ConvergeError(f"groups: {twice[0]} is listed twice; list it once")
    return [cast("Group", {key: value for key, value in group.items() if value is not None}) for group in given]


def _check(group: Group) -> None:
    name, gid, members = group["name"], group.get("gid"), group.get("members")
    for one in [name, *(members or [])]:
        if not re.fullmatch(FORM, one):
            raise model.ConvergeError(f"groups {name}: '{one}' is no name of a group or user; use small letters, digits, '_' and '-'")
    if gid is not None and not 0 <= gid < 2**32 - 1:
        raise model.ConvergeError(f"groups {name}: gid {gid} is no group's number; use one from 0 to 4294967294")
    if group.get("exclusive") and members is None:
        raise model.ConvergeError(f"groups {name}: exclusive says that nobody but its members is in it; list them (members: [] for nobody)")


def entries(declared: list[Group]) -> Mapping[str, model.Json]:
    return {group["name"]: cast("Mapping[str, model.Json]", group) for group in declared}


def values(declared: list[Group]) -> dict[str, Value]:
    return {group["name"]: _value(group) for group in declared}


def _value(group: Group) -> Value:
    value: Value = {}
    if "gid" in group:
        value["gid"] = group["gid"]
    if "members" in group:
        value["members"] = sorted(set(group["members"]))
    if group.get("exclusive"):
        value["exclusive"] = True
    return value


def observe(names: list[str]) -> dict[str, Live]:
    primary: dict[int, set[str]] = {}
    for user in pwd.getpwall() if names else []:
        primary.setdefault(user.pw_gid, set()).add(user.pw_name)
    return {name: live for name in names for live in [_group(name, primary)] if live}


def _group(name: str, primary: Mapping[int, set[str]]) -> Live | None:
    try:
        entry = grp.getgrnam(name)
    except KeyError:
        return None
    return Live(entry.gr_gid, frozenset(entry.gr_mem), frozenset(primary.get(entry.gr_gid, ())))


def found(want: Value, seen: Live | None) -> Value | None:
    """All of it: a member that git declares later may have been in it before us."""
    return {"gid": seen.gid, "members": sorted(seen.members)} if seen else None


def plan(declared: list[Group], seen: Mapping[str, Live], last: model.Applied) -> list[model.Change]:
    changes: list[model.Change] = []
    for name, want in values(declared).items():
        changes += _planned(model.Resource(NAME, name), want, seen.get(name), cast("Value | None", last.values.get(name)))
    return [*changes, *_removals({group["name"] for group in declared}, seen, last)]


def _planned(resource: model.Resource, want: Value, have: Live | None, was: Value | None) -> Iterator[model.Change]:
    fields = _fields(want, have)
    untouched = was is not None and have is not None and not _fields(was, have) and not _undue(was, have)
    origin = model.origin(want, was, was if untouched else None)
    if fields or have is None:
        yield model.Change(resource, "create" if have is None else "update", origin, fields)
    undue = _undue(want, have)
    if undue:
        why = f"it is the primary group of {', '.join(undue)}; give them another one (usermod --gid GROUP {undue[0]}), or list them"
        yield model.Change(resource, model.REPORT, origin, {"members": [undue, []]}, why=why)


def _fields(want: Value, have: Live | None) -> dict[str, list[model.Json]]:
    """``members``: of those that matter, who is in it, and who is to be."""
    fields: dict[str, list[model.Json]] = {}
    if "gid" in want and (have is None or have.gid != want["gid"]):
        fields["gid"] = [have.gid if have else None, want["gid"]]
    members, listed, inside = set(want.get("members", [])), set(have.listed if have else ()), have.members if have else frozenset()
    outside = listed - members if want.get("exclusive") else set()
    if members - inside or outside:
        fields["members"] = [sorted((members & inside) | outside), sorted(members)]
    return fields


def _undue(want: Value, have: Live | None) -> list[str]:
    """Who is in an exclusive group by way of their account, which is not the group's to change."""
    return sorted(have.primary - set(want.get("members", []))) if have and want.get("exclusive") else []


def _removals(declared: set[str], seen: Mapping[str, Live], last: model.Applied) -> Iterator[model.Change]:
    """One that we made goes, unless somebody's files would lose their group; one from before us loses whom we put in."""
    for name, applied in cast("Mapping[str, Value]", last.values).items():
        have, before = seen.get(name), cast("Value | None", last.before.get(name))
        if name in declared or have is None:
            continue
        if before is not None:
            yield from _restored(name, applied, before, have)
        elif have.primary:
            why = f"no longer declared; it is the primary group of {', '.join(sorted(have.primary))} and stays until they have another one"
            yield model.Change(model.Resource(NAME, name), model.REPORT, fields={"group": [name, None]}, why=why)
        else:
            yield last.gone(NAME, name, {"group": [name, None]}, certain=name in last.before)


def _restored(name: str, applied: Value, before: Value, have: Live) -> Iterator[model.Change]:
    """Whom we took out stays out: nobody is given rights that nothing declares."""
    ours = set(applied.get("members", [])) - set(before["members"])
    fields: dict[str, list[model.Json]] = {}
    if have.gid == applied.get("gid", before["gid"]) != before["gid"]:
        fields["gid"] = [have.gid, before["gid"]]
    if ours & have.listed:
        fields["members"] = [sorted(have.listed), sorted(have.listed - ours)]
    if fields:
        yield model.Change(model.Resource(NAME, name), "restore", fields=fields, why="no longer declared: as it was before")


def delegate(changes: list[model.Change], declared: list[Group], manager: str) -> Iterator[protocol.Call]:
    wanted = {group["name"]: group for group in declared}
    for change in changes:
        what = f"group {change.name}"
        if change.action == "remove":
            yield _group_call(f"removes {what}", {"name": change.name, "state": "absent"}, what)
            continue
        if change.action == "create":
            yield _group_call(what, {"state": "present", **_own(wanted[change.name])}, what)
        elif "gid" in change.fields:
            yield _group_call(f"{what} as gid {change.fields['gid'][1]}", {"name": change.name, "gid": change.fields["gid"][1]}, what)
        yield from _moves(change.name, *cast("list[list[str]]", change.fields.get("members", [[], []])))


def _own(group: Group) -> dict[str, model.Json]:
    """Without who is in it, which is no matter of the module's."""
    return {key: one for key, one in cast("dict[str, model.Json]", group).items() if key not in ("members", "exclusive")}


def _group_call(what: str, args: dict[str, model.Json], brings: str) -> protocol.Call:
    return protocol.Call(what, "ansible.builtin.group", args, (brings,))


def _moves(group: str, inside: list[str], wanted: list[str]) -> Iterator[protocol.Call]:
    """Out before users go, and in after they come: they may be the same component's."""
    for user in sorted(set(wanted) - set(inside)):
        step = f"declare user {user} (users) in this component or one before it, or drop it from the group's members"
        yield _member(f"group {group} takes in {user}", ["gpasswd", "--add", user, group], f"group {group} with {user}", 1, step)
    for user in sorted(set(inside) - set(wanted)):
        yield _member(f"group {group} lets {user} go", ["gpasswd", "--delete", user, group], f"group {group} without {user}", -1)


def _member(what: str, argv: list[str], brings: str, turn: int, next_step: str = "") -> protocol.Call:
    return protocol.Call(what, "ansible.builtin.command", {"argv": argv}, (brings,), next_step, turn)


def look(name: str, manager: str) -> str:
    return f"getent group {name.split()[0]}"
