# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards, read as Grafana would: one datasource, and every expression is PromQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser

#: Units these dashboards use, as Grafana names them. A unit it does not know is shown as text beside the figure.
UNITS = {"bps", "Bps", "bytes", "cps", "none", "ops", "percent", "percentunit", "reqps", "s", "short"}
#: What Grafana 11 to 13 load as a classic dashboard.
SCHEMA = 41

_BUILT_IN = re.compile(r"\$__(?:rate_interval|interval|range)\b")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
_LABEL_VALUES = re.compile(r"label_values\((?:(.+),\s*)?(\w+)\)")


def dashboard_problems(path: Path, datasource: str) -> list[str]:
    """What would make a panel stay empty: another datasource, an unknown variable, an expression that does not parse."""
    try:
        dashboard = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{path.name}: is not JSON: {error}"]
    problems = [f"{path.name}: has no {key}" for key in ("uid", "title") if not dashboard.get(key)]
    problems += [f"{path.name}: {where} uses datasource {uid}" for where, uid in _datasources(dashboard) if uid != datasource]
    identifiers = [panel.get("id") for panel in dashboard.get("panels", [])]
    if len(identifiers) != len(set(identifiers)):
        problems.append(f"{path.name}: two panels have the same id")
    variables = {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])}
    for where, expression in expressions(dashboard):
        problems += [f"{path.name}: {where}: {said}" for said in _expression_problems(expression, variables)]
    return problems


def shape_problems(name: str, dashboard: dict[str, Any]) -> list[str]:
    """What Grafana would repair in silence, refuse, or show without a meaning."""
    problems = [] if dashboard.get("schemaVersion") == SCHEMA else [f"schemaVersion is not {SCHEMA}"]
    problems += ["has an id of its own: it belongs to one Grafana"] if dashboard.get("id") is not None else []
    panels = dashboard.get("panels", [])
    for panel in panels:
        problems += [f"{panel.get('title')}: {said}" for said in _panel_problems(panel)]
    cells = [cell for panel in panels for cell in _cells(panel["gridPos"])]
    problems += ["two panels lie on each other"] if len(cells) != len(set(cells)) else []
    return [f"{name}: {problem}" for problem in problems]


def _panel_problems(panel: dict[str, Any]) -> Iterator[str]:
    position = panel["gridPos"]
    if position["x"] + position["w"] > 24:
        yield "is wider than the page"
    if panel.get("type") == "row":
        return
    unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit")
    if unit not in UNITS:
        yield f"has unit {unit}"
    if len(str(panel.get("title")).split()) < 2:
        yield "has a title of one word, which does not say what is shown"
    if not panel.get("description"):
        yield "has no description"
    letters = [target.get("refId") for target in panel.get("targets", [])]
    if len(letters) != len(set(letters)) or not all(letters):
        yield f"has queries {letters}"


def _cells(position: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(position["x"], position["x"] + position["w"]):
        yield from ((x, y) for y in range(position["y"], position["y"] + position["h"]))


def _expression_problems(expression: str, variables: set[str]) -> list[str]:
    used = {braced or bare for braced, bare in _VARIABLE.findall(_BUILT_IN.sub("5m", expression))}
    problems = [f"unknown variable ${name}" for name in sorted(used - variables)]
    try:
        promql_parser.parse(plain(expression))
    except ValueError as error:
        problems.append(f"{error} in {expression}")
    return problems


def plain(expression: str, value: str = "x") -> str:
    """The expression with everything Grafana would put in."""
    return _VARIABLE.sub(value, _BUILT_IN.sub("5m", expression))


def expressions(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for panel in dashboard.get("panels", []):
        targets = panel.get("targets", [])
        if not targets and panel.get("type") not in ("row", "text"):
            yield str(panel.get("title")), ""
        for target in targets:
            yield str(panel.get("title")), target.get("expr", "")
    for annotation in dashboard.get("annotations", {}).get("list", []):
        yield f"annotation {annotation['name']}", annotation["expr"]
    for variable in dashboard.get("templating", {}).get("list", []):
        if variable.get("type") == "query":
            asked = _LABEL_VALUES.fullmatch(variable["query"]["query"])
            yield f"variable {variable['name']}", (asked[1] or "up") if asked else variable["query"]["query"]


def _datasources(data: Any, where: str = "dashboard") -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        where = str(data.get("title") or data.get("name") or where)
        if isinstance(data.get("datasource"), dict):
            yield where, data["datasource"].get("uid")
        elif "datasource" in data:
            yield where, data["datasource"]
        for value in data.values():
            yield from _datasources(value, where)
    elif isinstance(data, list):
        for value in data:
            yield from _datasources(value, where)
