# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel parameters: the running value and the persisted line both count. The controller changes them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._ledger import shapes
from . import model, protocol

NAME, KEY, SHARED = "sysctl", "sysctl", model.ALIKE
WORDS, PREFIX = ("kernel setting", "kernel settings"), ""
ACCOUNTS = False
SCHEMA: model.Schema = {"type": "dict", "default": {}}
ENTRY: model.Schema = {}
SHAPE = shapes.TEXT

FILE = "/etc/sysctl.d/90-echodiary.conf"
ROOT = "/proc/sys"


class Live(NamedTuple):
    running: str | None
    persisted: str | None


def normal(value: str) -> str:
    """``4096\t87380`` and ``4096 87380`` are the same value."""
    return " ".join(str(value).split())


def observe(names: list[str], root: str = ROOT, file: str = FILE) -> dict[str, Live]:
    persisted = _persisted(file) if names else {}
    return {key: Live(_running(key, root), persisted.get(key)) for key in names}


def _running(key: str, root: str) -> str | None:
    try:
        with open(os.path.join(root, *key.split(".")), encoding="utf-8") as handle:
            return normal(handle.read())
    except OSError:
        return None


def _persisted(file: str) -> dict[str, str]:
    try:
        with open(file, encoding="utf-8") as handle:
            lines = [line.partition("=") for line in handle if "=" in line and not line.lstrip().startswith(("#", ";"))]
    except FileNotFoundError:
        return {}
    return {key.strip(): normal(value) for key, _, value in lines}


def checked(given: dict[str, model.Json]) -> dict[str, model.Json]:
    return {key: str(value) for key, value in given.items()}


def entries(declared: dict[str, str]) -> Mapping[str, model.Json]:
    return declared


def values(declared: dict[str, str]) -> dict[str, str]:
    return {key: normal(value) for key, value in declared.items()}


def found(want: str, seen: Live | None) -> str | None:
    """The running value."""
    return seen.running if seen else None


def plan(declared: dict[str, str], seen: Mapping[str, Live], last: model.Applied) -> list[model.Change]:
    changes = []
    for key, want in values(declared).items():
        have = seen[key]
        if have.running is None:
            raise model.ConvergeError(f"sysctl {key}: this kernel has no such parameter; correct the name or drop it")
        fields = {side: [now, want] for side, now in have._asdict().items() if now != want}
        if fields:
            moved = have.running if "running" in fields else have.persisted
            changes.append(model.Change(model.Resource(NAME, key), "update", model.origin(want, last.values.get(key), moved), fields))
    return [*changes, *_removals(set(declared), seen, last)]


def _removals(declared: set[str], seen: Mapping[str, Live], last: model.Applied) -> Iterator[model.Change]:
    """Our file forgets it, and the value from before us runs again, unless somebody has set another one since."""
    for key, applied in last.values.items():
        have, before = seen.get(key, Live(None, None)), last.before.get(key)
        if key in declared:
            continue
        fields: dict[str, list[model.Json]] = {"persisted": [have.persisted, None]} if have.persisted is not None else {}
        if isinstance(before, str) and have.running == applied != before:
            fields["running"] = [have.running, before]
        if fields:
            why = "no longer declared" + ("" if isinstance(before, str) else "; what runs stays so until the next boot")
            yield model.Change(model.Resource(NAME, key), "remove", fields=fields, why=why)


def delegate(changes: list[model.Change], declared: dict[str, str], manager: str) -> Iterator[protocol.Call]:
    for change in changes:
        what = f"sysctl {change.name}"
        common: dict[str, model.Json] = {"name": change.name, "sysctl_file": FILE, "reload": False}
        if change.action != "remove":
            args: dict[str, model.Json] = {**common, "value": declared[change.name], "sysctl_set": True}
            yield protocol.Call(what, "ansible.posix.sysctl", args, (what,))
            continue
        if "running" in change.fields:
            args = {**common, "value": change.fields["running"][1], "sysctl_set": True}
            yield protocol.Call(f"{what} as before", "ansible.posix.sysctl", args, (f"{what} as before",))
        yield protocol.Call(f"removes {what}", "ansible.posix.sysctl", {**common, "state": "absent"}, (what,))


def look(name: str, manager: str) -> str:
    return f"sysctl {name}"
