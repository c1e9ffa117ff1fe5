# SPDX-License-Identifier: GPL-3.0-or-later
"""Users: read from the host's own databases. The controller creates and changes them."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from .._ledger import shapes
from . import model, protocol

if TYPE_CHECKING:
    from . import documents, remembered

NAME, KEY, SHARED = "user", "users", model.ALIKE
WORDS, PREFIX = ("user", "users"), "user "
ACCOUNTS = True
OPTIONS: model.Schema = {
    "name": {"type": "str", "required": True},
    "shell": {"type": "str"},
    "home": {"type": "str"},
    "uid": {"type": "int"},
    "groups": {"type": "list", "elements": "str", "default": []},
    "system": {"type": "bool", "default": False},
    "create_home": {"type": "bool", "default": True},
    "comment": {"type": "str"},
}
SCHEMA: model.Schema = {"type": "list", "elements": "dict", "options": OPTIONS, "default": []}
ENTRY: model.Schema = {}
SHAPE = shapes.fields({}, {"groups": shapes.items(shapes.TEXT)})


def checked(given: list[documents.UserSpec]) -> list[documents.UserSpec]:
    return [cast("documents.UserSpec", {key: value for key, value in user.items() if value is not None}) for user in given]


def entries(declared: list[documents.UserSpec]) -> Mapping[str, model.Json]:
    return {user["name"]: _plain(user) for user in declared}


def values(declared: list[documents.UserSpec]) -> dict[str, remembered.UserValue]:
    return {user["name"]: wanted_value(user) for user in declared}


def observe(names: list[str]) -> dict[str, remembered.UserValue]:
    return {name: user for name in names for user in [_user(name)] if user}


def _user(name: str) -> remembered.UserValue | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    groups = sorted(group.gr_name for group in grp.getgrall() if name in group.gr_mem)
    return {"shell": entry.pw_shell, "home": entry.pw_dir, "uid": entry.pw_uid, "groups": groups}


def wanted_value(user: documents.UserSpec) -> remembered.UserValue:
    """The part of a declared user that can drift."""
    value: remembered.UserValue = {}
    if user.get("shell") is not None:
        value["shell"] = user["shell"]
    if user.get("home") is not None:
        value["home"] = user["home"]
    if user.get("uid") is not None:
        value["uid"] = user["uid"]
    if user.get("groups"):
        value["groups"] = sorted(user["groups"])
    return value


def found(want: remembered.UserValue, seen: remembered.UserValue | None) -> remembered.UserValue | None:
    """The live user seen through what was declared: undeclared fields and extra groups are the host's own business."""
    if seen is None:
        return None
    value = {field: one for field, one in seen.items() if field in want}
    if "groups" in want:
        value["groups"] = sorted(set(seen.get("groups", [])) & set(want["groups"]))
    return cast("remembered.UserValue", value)


def plan(declared: list[documents.UserSpec], seen: Mapping[str, remembered.UserValue], last: model.Applied) -> list[model.Change]:
    changes = []
    for name, want in values(declared).items():
        have = found(want, seen.get(name))
        if have != want:
            was = cast("remembered.UserValue | None", last.values.get(name))
            # fields that git declares only now were never applied: nobody on the host can have moved them
            untouched = was is not None and found(was, seen.get(name)) == was
            origin = model.origin(want, was, was if untouched else have)
            changes.append(model.Change(model.Resource(NAME, name), "create" if have is None else "update", origin, _fields(have, want)))
    return [*changes, *_removals({user["name"] for user in declared}, seen, last)]


def _fields(have: remembered.UserValue | None, want: remembered.UserValue) -> model.Fields:
    before = cast("dict[str, model.Json]", have or {})
    return {field: [before.get(field), value] for field, value in cast("dict[str, model.Json]", want).items() if before.get(field) != value}


def _removals(declared: set[str], seen: Mapping[str, remembered.UserValue], last: model.Applied) -> Iterator[model.Change]:
    """One that was there before us gets back what we changed of it; one that we made goes, and its home stays."""
    for name, applied in cast("Mapping[str, remembered.UserValue]", last.values).items():
        if name in declared or name not in seen:
            continue
        before = cast("remembered.UserValue | None", last.before.get(name))
        if before is None:
            yield last.gone(NAME, name, {"user": [name, None]}, certain=name in last.before)
        elif found(applied, seen[name]) == applied != before:
            why = "no longer declared: as it was before"
            yield model.Change(model.Resource(NAME, name), "restore", fields=_fields(applied, before), why=why)


def delegate(changes: list[model.Change], declared: list[documents.UserSpec], manager: str) -> Iterator[protocol.Call]:
    wanted = {user["name"]: user for user in declared}
    for change in changes:
        what = f"user {change.name}"
        if change.action == "remove":
            yield protocol.Call(f"removes {what}", "ansible.builtin.user", {"name": change.name, "state": "absent"}, (what,))
        elif change.action == "restore":
            yield from _restored(change)
        else:
            yield protocol.Call(what, "ansible.builtin.user", {**_plain(wanted[change.name]), "append": True, "state": "present"}, (what,))


def _plain(user: documents.UserSpec) -> dict[str, model.Json]:
    return cast("dict[str, model.Json]", dict(user))


def _restored(change: model.Change) -> Iterator[protocol.Call]:
    what, before = f"user {change.name}", {field: pair[1] for field, pair in change.fields.items() if field != "groups"}
    if before:
        yield protocol.Call(f"{what} as before", "ansible.builtin.user", {"name": change.name, **before}, (what,))
    ours, kept = (cast("list[str]", side) for side in change.fields.get("groups", [[], []]))
    for group in sorted(set(ours) - set(kept)):
        argv = ["gpasswd", "--delete", change.name, group]
        yield protocol.Call(f"{what} leaves group {group}", "ansible.builtin.command", {"argv": argv}, (f"{what} without {group}",))


def look(name: str, manager: str) -> str:
    return f"getent passwd {name}"
