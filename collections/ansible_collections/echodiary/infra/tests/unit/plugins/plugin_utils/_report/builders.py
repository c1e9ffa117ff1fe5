# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans, answers and reports for tests."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._report import model

END = 1_795_910_400
OBJECTIVES: Any = {"availability_percent": 99.5, "latency_percent": 99.0, "latency_seconds": 1.0}


#: nothing lies in files
UNWATCHED: Any = {"looked": "", "differing": [], "heals": [], "troubles": []}


def plan(**more: Any) -> Any:
    service = {"component": "shop", "backend": "shop", "objectives": OBJECTIVES, "trouble": ""}
    found = {
        "environment": "production", "end": END, "days": 7, "services": [service], "inventory": "inventories/production", "watcher": "mon1",
        "logs": "",
    }  # fmt: skip
    return {**found, **more}


def vector(*series: tuple[dict[str, str], float | str]) -> dict[str, Any]:
    """As Prometheus answers an instant query."""
    result = [{"metric": labels, "value": [END, str(value)]} for labels, value in series]
    return said({"status": "success", "data": {"resultType": "vector", "result": result}})


def said(document: Any, status: int = 200) -> dict[str, Any]:
    return {"status": status, "text": document if isinstance(document, str) else json.dumps(document), "milliseconds": 1}


def entry(name: str, at: str, outcome: str, **more: Any) -> Any:
    return {"version": 1, "id": name, "kind": "deploy", "outcome": outcome, "component": "shop", "at": at, **more}


def section(key: str = "one", **more: Any) -> model.Section:
    return model.Section(**{"key": key, "title": key.title(), "state": "good", "said": "all is well", **more})


def report(*sections: model.Section, **more: Any) -> model.Report:
    found = {"environment": "production", "begin": "2026-11-22T00:00:00Z", "end": "2026-11-29T00:00:00Z", "days": 7, "notes": []}
    return model.Report(**{**found, "sections": list(sections), **more})
