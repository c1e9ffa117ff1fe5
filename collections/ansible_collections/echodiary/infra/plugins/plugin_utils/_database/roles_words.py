# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of roles and grants, and what a playbook goes by. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from . import roles

if TYPE_CHECKING:
    from ...module_utils._database.shapes import Changed, Result, Value
    from .declared import Declared
    from .roles import Moved


class Diff(TypedDict):
    before: str
    after: str
    before_header: str
    after_header: str


class Told(TypedDict):
    """``rolls``: the component still serves with another login than its own. ``secret``: keys of the secret that are written."""

    changed: bool
    declared: bool
    msg: str
    lines: list[str]
    changes: list[Changed]
    warnings: list[str]
    secret: list[str]
    rolls: bool
    diff: Diff


class Judged(TypedDict):
    changed: bool
    declared: bool
    refused: bool
    findings: list[str]
    notes: list[str]
    msg: str


def result(said: Result, found: Declared, move: Moved | None) -> Told:
    changes, keys = said["changes"], sorted(move.values) if move and found.secret else []
    strange = sorted(set(said["serving_as"]) - {found.login.user})
    lines = [f"{one['resource']}  {_fields(one)}" for one in changes]
    lines += [f"secret {found.secret.name}  {', '.join(keys)}" for _ in keys[:1] if found.secret]
    lines += [f"release {found.component}  serves as {', '.join(strange)} -> {found.login.user}" for _ in strange[:1]]
    return {
        "changed": bool(changes or keys),
        "declared": True,
        "msg": f"database {found.name}: {said['msg']}",
        "lines": lines,
        "changes": changes,
        "warnings": said["warnings"],
        "secret": keys,
        "rolls": bool(strange or move),
        "diff": _diff(changes, found.name),
    }


def judged(said: Result, found: Declared, also: str) -> Judged:
    """``also``: what the command needs beside it."""
    declared, findings = found.roles is not None, said.get("findings", [])
    msg = _of_serving(said, found, f"{roles.PLAYBOOK}{also}")
    refused = bool(findings or said["failed"])
    return {"changed": False, "declared": declared, "refused": refused, "findings": findings, "notes": [msg], "msg": msg}


def nothing(component: str, why: str = "") -> Judged:
    """Nobody knows where its database is. ``why``: what it says cannot be understood, which is told."""
    msg = f"{component}: who serves could not be looked at: {why}" if why else f"{component} does not say where its database is"
    return {"changed": False, "declared": False, "refused": bool(why), "findings": [], "notes": [msg] if why else [], "msg": msg}


def _of_serving(said: Result, found: Declared, command: str) -> str:
    if said["failed"] and found.roles is None:
        return f"{found.component}: whether {found.login.user} owns what it serves with could not be seen: {said['msg']}"
    if said["failed"]:
        return f"{found.component}: {said['msg']}; mend it: {command}"
    words = "; ".join(said["findings"])
    if not words:
        return f"{found.login.user} serves {found.component} and owns nothing"
    if found.roles:
        return f"{found.component}: who serves must own nothing, and be no more than a login: {words}; mend it: {command}"
    return (
        f"{found.component}: {words}. Whoever gets into what serves can change the schema and drop all that is in it. A second role keeps "
        f"that to migrations: declare database: roles and migrate (docs/operations.md, Roles in PostgreSQL), then {command}"
    )


def _fields(one: Changed) -> str:
    return ", ".join(f"{name}: {_word(field['before'])} -> {_word(field['after'])}" for name, field in one["fields"].items())


def _word(value: Value) -> str:
    if isinstance(value, list):
        return "+".join(value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value) or "none"


def _diff(changes: list[Changed], name: str) -> Diff:
    def side(which: str) -> str:
        return "".join(
            f"{one['resource']} {field}: {_word(values[which])}\n"  # type: ignore[literal-required]
            for one in changes
            for field, values in one["fields"].items()
        )

    return {"before": side("before"), "after": side("after"), "before_header": f"database {name}", "after_header": "as declared"}
