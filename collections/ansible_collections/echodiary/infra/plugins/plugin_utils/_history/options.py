# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of ``release_history``: what an entry holds, and how what was not given is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from .._common import images

if TYPE_CHECKING:
    from ...module_utils._history.shapes import Entry, Manifest
    from ...module_utils._kinds.model import Json

KINDS = ("deploy", "rollback", "restart", "migrate", "converge", "incident")
OUTCOMES = ("succeeded", "taken_back", "partial", "failed", "refused")

ENTRY: dict[str, Any] = {
    "id": {"type": "str"},
    "at": {"type": "str"},
    "who": {"type": "str"},
    "why": {"type": "str", "default": ""},
    "run_url": {"type": "str"},
    "kind": {"type": "str", "choices": list(KINDS), "default": "deploy"},
    "outcome": {"type": "str", "choices": list(OUTCOMES), "required": True},
    "component": {"type": "str", "default": ""},
    "release": {"type": "str", "default": ""},
    "commit": {"type": "str", "default": ""},
    "digest": {"type": "str", "default": ""},
    "config": {"type": "str", "default": ""},
    "digest_before": {"type": "str", "default": ""},
    "config_before": {"type": "str", "default": ""},
    "migration_from": {"type": "str", "default": ""},
    "migration_to": {"type": "str", "default": ""},
    "rollback_of": {"type": "str", "default": ""},
    "gates": {"type": "dict", "default": {}},
    "seconds": {"type": "dict", "default": {}},
    "hosts": {"type": "dict", "default": {}},
    "error": {"type": "str", "default": ""},
}
SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["appended", "read"], "default": "read"},
    "entry": {"type": "dict", "options": ENTRY},
    "component": {"type": "str", "default": ""},
    "image": {"type": "str", "default": ""},
    "only": {"type": "bool", "default": False},
    "last": {"type": "int", "default": 20},
    "outcomes": {"type": "list", "elements": "str", "choices": list(OUTCOMES), "default": []},
    "path": {"type": "path", "default": "/var/lib/echodiary/history.jsonl"},
    "max_bytes": {"type": "int", "default": 1_000_000},
}
REQUIRED_IF = [("state", "appended", ("entry",))]
#: longer texts would make one entry as large as the whole file may be
LONGEST = 2000


class Options(TypedDict):
    """A task's values of SPEC."""

    state: str
    entry: Given | None
    component: str
    image: str
    only: bool
    last: int
    outcomes: list[str]
    path: str
    max_bytes: int


#: an entry as a task gives it: what nobody said is None
Given = Mapping[str, "Json"]


def complete(given: Given, defaults: Mapping[str, str]) -> Entry:
    """The entry as it is kept: nothing empty, ``version`` 1, texts bounded."""
    filled = {**given, **{key: given.get(key) or value for key, value in defaults.items()}}
    kept: Any = {key: _bounded(value) for key, value in filled.items() if value not in (None, "", {}, [])}
    entry: Entry = kept
    return {**entry, "version": 1}


def manifest(arguments: Options, entry: Entry | None, check: bool) -> Manifest:
    """What the host is asked; ``entry`` is complete."""
    return {
        "state": arguments["state"], "path": arguments["path"], "outcomes": arguments["outcomes"], "last": arguments["last"],
        "component": arguments["component"].rpartition(".")[2], "repository": images.repository(arguments["image"]),
        "only": arguments["only"], "check": check, "entry": entry, "limit": arguments["max_bytes"],
    }  # fmt: skip


def said(entry: Entry, *, changed: bool, check: bool) -> str:
    what = f"{entry['kind']} {entry['outcome']}"
    if not changed:
        return f"history: {what} is recorded already (id {entry['id']})"
    return f"history: {what} {'would be recorded' if check else 'recorded'}"


def _bounded(value: Json) -> Json:
    if isinstance(value, str) and len(value) > LONGEST:
        return value[: LONGEST - 1] + "…"
    return value
