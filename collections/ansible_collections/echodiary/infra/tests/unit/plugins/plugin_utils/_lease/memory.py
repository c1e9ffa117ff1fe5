# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in this process with a clock that tests move: as DynamoDB, it writes only what nobody has overtaken."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import asking, clocks, item

WALL = 1_800_000_000.0


class Memory:
    """``meanwhile``: what others do, once, between somebody's read and write."""

    def __init__(self) -> None:
        self.items: dict[str, item.Item] = {}
        self.now = WALL
        self.meanwhile: list[Callable[[], Any]] = []

    def __str__(self) -> str:
        return "table leases in memory"

    def read(self, key: str) -> asking.Seen:
        return asking.Seen(copy.deepcopy(self.items.get(key)), clocks.at(float(int(self.now))))

    def write(self, new: item.Item, seen: item.Item | None) -> bool:
        if self.meanwhile:
            self.meanwhile.pop()()
        key = new[item.KEY]["S"]
        if (self.items.get(key) or {}).get("mark") != (seen or {}).get("mark"):
            return False
        self.items[key] = new
        return True


def ask(store: asking.Store, state: str, **given: Any) -> Any:
    check = given.pop("check", False)
    base = {"owner": "ann", "reason": "deploy v1", "run_url": "", "ttl": None, "token": None, "force": False, "override_freeze": ""}
    told = {"until": None, "textfiles": None, "environment": "lab", "outcome": "unknown"}
    asked: Any = {**base, **told, "state": state, **given}
    return asking.ask(store, "here/deploy", {"check": check, "name": "deploy", "asked": asked, "directory": "/nowhere"})
