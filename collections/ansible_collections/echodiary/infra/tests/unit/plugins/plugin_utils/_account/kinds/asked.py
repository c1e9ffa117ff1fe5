# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind asks its hands to do."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import model
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Call, Calls


def through(calls: Calls, *answers: dict[str, Any]) -> list[Call]:
    """All calls, each answered by the next of ``answers``, the last of them again and again."""
    asked: list[Call] = []
    left = [{}, *answers] if not answers else list(answers)
    answer: Any = None
    while True:
        try:
            asked.append(calls.send(answer))
        except StopIteration:
            return asked
        answer = left.pop(0) if len(left) > 1 else left[0]


def named(calls: list[Call]) -> list[str]:
    return [call.operation if isinstance(call, model.Api) else call.name for call in calls]


def goal(fields: dict[str, Any], before: dict[str, Any] | None = None, identity: str = "", **once: Any) -> model.Goal:
    return model.Goal("n", identity, fields, once, before or {})
