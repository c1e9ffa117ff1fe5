# SPDX-License-Identifier: GPL-3.0-or-later
"""Grafana's classic dashboard schema (version 41, which Grafana 11 to 13 load), as far as these dashboards need it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA_VERSION = 41
DATASOURCE = {"type": "prometheus", "uid": "echodiary-prometheus"}
WIDTH = 24
HEIGHTS = {"stat": 5, "timeseries": 8, "table": 8, "row": 1}

Json = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One panel. ``queries`` maps legends to PromQL; ``steps`` are thresholds: value -> colour, from green upwards."""

    title: str
    queries: dict[str, str]
    unit: str
    description: str
    kind: str = "timeseries"
    width: int = 12
    steps: tuple[tuple[float, str], ...] = ()
    start: str = "green"
    maximum: float | None = None
    mappings: tuple[tuple[str, str, str], ...] = ()  # value, text, colour


@dataclass(frozen=True)
class Row:
    """A heading; the panels after it begin below."""

    title: str


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    content: Sequence[Panel | Row]
    variables: Sequence[tuple[str, str, str]] = ()  # name, label, metric whose label `name` is offered
    refresh: str = "30s"
    period: str = "now-3h"

    def json(self) -> Json:
        return {
            "id": None,
            "uid": self.uid,
            "title": self.title,
            "tags": ["echodiary"],
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": False,
            "refresh": self.refresh,
            "timezone": "browser",
            "time": {"from": self.period, "to": "now"},
            "graphTooltip": 1,
            "annotations": {"list": [_DEPLOYS, _ALERTS]},
            "links": [_LINKS],
            "templating": {"list": [_variable(*variable) for variable in self.variables]},
            "panels": _placed(self.content),
        }

    def text(self) -> str:
        return json.dumps(self.json(), indent=2, ensure_ascii=False) + "\n"


def _annotation(name: str, expression: str, colour: str, title: str) -> Json:
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "expr": expression,
        "step": "60s",
        "titleFormat": title,
        "useValueForTime": False,
    }


_DEPLOYS = _annotation("Deploys", "max by (environment) (echodiary_deploy_in_progress) > 0", "blue", "Deploy to {{environment}}")
_ALERTS = _annotation("Critical alerts", 'count by (alertname) (ALERTS{alertstate="firing",severity="critical"})', "red", "{{alertname}}")
_LINKS = {
    "type": "dashboards",
    "title": "EchoDiary",
    "tags": ["echodiary"],
    "asDropdown": True,
    "includeVars": False,
    "keepTime": True,
    "targetBlank": False,
    "icon": "external link",
    "tooltip": "",
    "url": "",
}


def _variable(name: str, label: str, metric: str) -> Json:
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": f"label_values({metric}, {name})", "refId": name},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "sort": 1,
        "current": {"text": "All", "value": "$__all"},
    }


def _placed(content: Sequence[Panel | Row]) -> list[Json]:
    """Panels left to right, top to bottom."""
    placed, x, y, tallest = [], 0, 0, 0
    for number, item in enumerate(content, start=1):
        kind, width = ("row", WIDTH) if isinstance(item, Row) else (item.kind, item.width)
        if x + width > WIDTH:
            x, y, tallest = 0, y + tallest, 0
        position = {"x": x, "y": y, "w": width, "h": HEIGHTS[kind]}
        placed.append(_row(number, item, position) if isinstance(item, Row) else _panel(number, item, position))
        x, tallest = x + width, max(tallest, HEIGHTS[kind])
    return placed


def _row(number: int, row: Row, position: Json) -> Json:
    return {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": position, "panels": []}


def _panel(number: int, panel: Panel, position: Json) -> Json:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": DATASOURCE,
        "gridPos": position,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "targets": [
            _target(chr(ord("A") + place), legend, expression, instant=panel.kind == "table")
            for place, (legend, expression) in enumerate(panel.queries.items())
        ],
        "options": _options(panel.kind),
        **({"transformations": _TABLE} if panel.kind == "table" else {}),
    }


def _defaults(panel: Panel) -> Json:
    steps = [{"color": panel.start, "value": None}, *({"color": colour, "value": value} for value, colour in panel.steps)]
    defaults: Json = {"unit": panel.unit, "min": 0, "custom": _CUSTOM[panel.kind], "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.maximum is not None:
        defaults["max"] = panel.maximum
    if panel.kind == "stat":
        defaults["color"] = {"mode": "thresholds"}
    if panel.mappings:
        options = {value: {"text": text, "color": colour, "index": place} for place, (value, text, colour) in enumerate(panel.mappings)}
        defaults["mappings"] = [{"type": "value", "options": options}]
    return defaults


def _target(letter: str, legend: str, expression: str, *, instant: bool) -> Json:
    return {
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend,
        "refId": letter,
        "editorMode": "code",
        "range": not instant,
        "instant": instant,
        **({"format": "table"} if instant else {}),
    }


_CUSTOM: dict[str, Json] = {"timeseries": {"fillOpacity": 10, "showPoints": "never", "spanNulls": 60000}, "stat": {}, "table": {}}
_TABLE = [{"id": "organize", "options": {"excludeByName": {"Time": True, "__name__": True, "job": True}}}]


def _options(kind: str) -> Json:
    if kind == "stat":
        return {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"}
    if kind == "table":
        return {"showHeader": True, "cellHeight": "sm"}
    return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
