# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``silence`` takes, asks of Alertmanager, and says where that did not take it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from ...module_utils._silence.shapes import Manifest, Matcher

#: seconds: for Alertmanager's answer, and for all, the way to its host included
TIMEOUT = 5
DEADLINE = 20.0

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["start", "end"], "default": "start"},
    "id": {"type": "str", "default": ""},
    "url": {"type": "str", "default": "http://127.0.0.1:9093/api/v2"},
    "alerts": {"type": "str", "default": ".+"},
    "environment": {"type": "str", "default": ""},
    "minutes": {"type": "float", "default": 15.0},
    "comment": {"type": "str", "default": "deploy"},
}


class Options(TypedDict):
    """A task's values of ARGUMENTS."""

    state: str
    id: str
    url: str
    alerts: str
    environment: str
    minutes: float
    comment: str


def manifest(arguments: Options, owner: str) -> Manifest:
    return {
        "state": arguments["state"],
        "id": arguments["id"],
        "url": arguments["url"],
        "comment": arguments["comment"],
        "owner": owner,
        "seconds": arguments["minutes"] * 60,
        "timeout": TIMEOUT,
        "matchers": matchers(arguments["alerts"], arguments["environment"]),
    }


def matchers(alerts: str, environment: str) -> list[Matcher]:
    """``alerts`` is a regular expression of their names."""
    found: list[Matcher] = [{"name": "alertname", "value": alerts, "isRegex": True, "isEqual": True}]
    if environment:
        found.append({"name": "environment", "value": environment, "isRegex": False, "isEqual": True})
    return found


def warning(state: str, where: str, why: str) -> str:
    heard = "alerts caused by this run will be sent" if state == "start" else "the silence stands until it ends by itself"
    return f"{heard}: Alertmanager on {where} did not take it: {why}"
