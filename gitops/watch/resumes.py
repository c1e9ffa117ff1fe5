# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask of a watcher that runs: the scopes in which what flapped may be tried again. They wait in a file for its next round."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from gitops.policy import Scope
from gitops.workspace import Workspace, held, read_json, write_json

FILE = "resumes.json"


def ask(place: Workspace, host: str, component: str) -> None:
    with held(place, FILE):
        wishes = _read(place)
        wish = {"host": host, "component": component}
        if wish not in wishes:
            write_json(place.state / FILE, [*wishes, wish])


@contextlib.contextmanager
def taken(place: Workspace) -> Iterator[list[Scope]]:
    """The scopes, which are forgotten when the block ends well."""
    with held(place, FILE):
        wishes = _read(place)
        yield [Scope((wish["host"],), (wish["component"],)) for wish in wishes]
        if wishes:
            write_json(place.state / FILE, [])


def _read(place: Workspace) -> list[dict[str, str]]:
    found: Any = read_json(place.state / FILE, [])
    return [wish for wish in found if isinstance(wish, dict) and {"host", "component"} <= wish.keys()] if isinstance(found, list) else []
