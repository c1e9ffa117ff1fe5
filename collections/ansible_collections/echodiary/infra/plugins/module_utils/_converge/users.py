# SPDX-License-Identifier: GPL-3.0-or-later
"""Users: compared with the account database. The controller changes them with the well-kept user module."""

from __future__ import annotations

import grp
import pwd
from typing import Any

from . import model

COMPARED = ("shell", "home", "uid")


def observe(name: str) -> dict[str, Any] | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    groups = sorted(group.gr_name for group in grp.getgrall() if name in group.gr_mem)
    return {"shell": entry.pw_shell, "home": entry.pw_dir, "uid": entry.pw_uid, "groups": groups}


def wanted_value(user: dict[str, Any]) -> dict[str, Any]:
    """The part of a declared user that can drift."""
    value = {field: user[field] for field in COMPARED if user.get(field) is not None}
    if user.get("groups"):
        value["groups"] = sorted(user["groups"])
    return value


def narrowed(desired: dict[str, Any], live: dict[str, Any] | None) -> dict[str, Any] | None:
    """The live user seen through what was declared: undeclared fields and extra groups are the host's own business."""
    if live is None:
        return None
    value: dict[str, Any] = {field: live.get(field) for field in desired}
    if "groups" in value:
        value["groups"] = sorted(set(value["groups"]) & set(desired["groups"]))
    return value


def plan(desired: list[dict[str, Any]], live: dict[str, dict[str, Any] | None], last: dict[str, Any]) -> list[model.Change]:
    changes = []
    for user in desired:
        name = user["name"]
        want = wanted_value(user)
        have = narrowed(want, live[name])
        if have == want:
            continue
        fields = {field: [(have or {}).get(field), value] for field, value in want.items() if (have or {}).get(field) != value}
        action = "create" if have is None else "update"
        was = last.get(f"user:{name}")
        # fields that git declares only now were never applied: nobody on the host can have moved them
        untouched = was is not None and narrowed(was, live[name]) == was
        changes.append(model.Change(f"user:{name}", action, model.origin(want, was, was if untouched else have), fields))
    return changes
