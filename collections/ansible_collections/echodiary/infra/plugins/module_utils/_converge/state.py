# SPDX-License-Identifier: GPL-3.0-or-later
"""What was last applied to a component on this host: the third side of three-way drift.

``resources`` maps a resource's name to the value it was given; ``loaded`` maps a process to what it last read;
``health`` keeps the probes, and ``services`` Compose's own config hash for the definition it came from. Written last, atomically.
"""

from __future__ import annotations

import json
import os
from typing import Any

from .._ledger import files

VERSION = 1


def empty() -> dict[str, Any]:
    return {"version": VERSION, "resources": {}, "loaded": {}, "services": {}, "health": []}


def path_of(state_dir: str, component: str) -> str:
    return os.path.join(state_dir, "components", component + ".json")


def journal_of(state_dir: str, component: str) -> str:
    """Where a change in progress keeps what was there before; it is there only while one is, or was killed."""
    return os.path.join(state_dir, "journal", component)


def load(state_dir: str, component: str) -> dict[str, Any]:
    """The recorded state; an unreadable record counts as none (everything is then ``pending``, nothing is lost)."""
    state = read_json(path_of(state_dir, component))
    return {**empty(), **state} if state.get("version") == VERSION else empty()


def save(state_dir: str, component: str, state: dict[str, Any]) -> None:
    """Write the record only when it says something new: a no-op run leaves no trace."""
    if load(state_dir, component) != state:
        write_json(path_of(state_dir, component), state)


def read_json(path: str) -> dict[str, Any]:
    """A record that is not there, or cannot be read, is empty."""
    try:
        with open(path, encoding="utf-8") as handle:
            found = json.load(handle)
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: str, value: dict[str, Any]) -> None:
    """Atomically, for root only."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    files.write_json(path, value, 0o600)


def recorded(state_dir: str) -> list[str]:
    """Names of the components ever applied here."""
    try:
        names = os.listdir(os.path.join(state_dir, "components"))
    except FileNotFoundError:
        return []
    return sorted({name[:-5].partition("@")[0] for name in names if name.endswith(".json")})
