# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries that can never answer: metrics and labels no exporter has, rates of gauges; alerts that do not say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import promql_parser
import yaml

from tests.lint.recordings import Metric

Recordings = Mapping[str, Mapping[str, Mapping[str, Metric]]]

RATES = {"rate", "irate", "increase"}
COUNTERS = {"counter", "histogram", "summary"}
#: Labels that Prometheus gives to everything it scrapes here, and to what it records itself.
GIVEN = {"job", "instance", "environment", "target"}
ITS_OWN = {
    "up": Metric("gauge", frozenset()),
    "ALERTS": Metric("gauge", frozenset({"alertname", "alertstate", "severity"})),
    "scrape_duration_seconds": Metric("gauge", frozenset()),
    "scrape_samples_scraped": Metric("gauge", frozenset()),
}


class Use(NamedTuple):
    """A metric as one expression uses it."""

    metric: str
    labels: frozenset[str]
    function: str  # the rate it stands in, or ""


class Allowed(NamedTuple):
    """What is right although no recording shows it; every value is the reason."""

    metrics: Mapping[str, str]
    untyped_counters: Mapping[str, str]


def uses(expression: str) -> list[Use]:
    """Every metric of an expression. ValueError when it is no PromQL."""
    return list(_walk(promql_parser.parse(expression), ""))


def _walk(node: Any, function: str) -> Iterator[Use]:
    if isinstance(node, promql_parser.VectorSelector):
        matchers = node.matchers.matchers
        named = node.name or next((m.value for m in matchers if m.name == "__name__"), "")
        yield Use(named, frozenset(m.name for m in matchers) - {"__name__"}, function)
        return
    if isinstance(node, promql_parser.Call):
        inner = node.func.name if node.func.name in RATES else function
        for argument in node.args:
            yield from _walk(argument, inner)
        return
    for part in ("vector_selector", "expr", "lhs", "rhs"):
        if (child := getattr(node, part, None)) is not None:
            yield from _walk(child, function)


def query_problems(expression: str, recordings: Recordings, recorded: Mapping[str, str], allowed: Allowed) -> list[str]:
    """What of an expression no exporter can answer. ``recorded`` are the recording rules: name -> expression."""
    try:
        found = uses(expression)
    except ValueError as error:
        return [f"is no PromQL: {error}"]
    return [problem for use in found for problem in _use_problems(use, recordings, recorded, allowed)]


def _use_problems(use: Use, recordings: Recordings, recorded: Mapping[str, str], allowed: Allowed) -> Iterator[str]:
    if use.metric in recorded:
        if use.function:
            yield f"{use.function}() of {use.metric}, which is recorded and no counter"
        return
    if use.metric in allowed.metrics:
        if use.function and not use.metric.endswith("_total"):
            yield f"{use.function}() of {use.metric}, which does not end in _total"
        return
    known = list(_known(use.metric, recordings))
    if not known:
        yield f"{use.metric} is exported by none of {', '.join(sorted(recordings))}"
    for where, metric in known:
        yield from _metric_problems(use, where, metric, allowed)


def _known(name: str, recordings: Recordings) -> Iterator[tuple[str, Metric | None]]:
    """The metric in every version of the exporter that has it; None in versions without."""
    if name in ITS_OWN:
        yield "Prometheus", ITS_OWN[name]
    for exporter, versions in recordings.items():
        if any(name in metrics for metrics in versions.values()):
            yield from ((f"{exporter} {version}", metrics.get(name)) for version, metrics in versions.items())


def _metric_problems(use: Use, where: str, metric: Metric | None, allowed: Allowed) -> Iterator[str]:
    if metric is None:
        yield f"{use.metric} is not exported by {where}"
        return
    if use.function and metric.type not in COUNTERS and use.metric not in allowed.untyped_counters:
        yield f"{use.function}() of {use.metric}, which is a {metric.type} in {where}"
    for label in sorted(use.labels - metric.labels - GIVEN):
        yield f"{use.metric} has no label {label} in {where}"


def rules_of(files: Iterable[str]) -> list[dict[str, Any]]:
    """Every rule of the rendered rule files, in order."""
    return [rule for text in files for group in (yaml.safe_load(text) or {}).get("groups", []) for rule in group["rules"]]


def alert_problems(rule: Mapping[str, Any], role: str, runbooks: Iterable[str]) -> list[str]:
    """An alert says how bad it is, what it means, and where it is written what to do: in a page of its role."""
    name, annotations = rule["alert"], rule.get("annotations", {})
    problems = [f"{name}: has no label severity"] if not rule.get("labels", {}).get("severity") else []
    problems += [f"{name}: has no {key}" for key in ("summary", "description", "runbook_url") if not annotations.get(key)]
    page = f"{role}/monitoring/runbooks/{name}.md"
    if annotations.get("runbook_url") and not annotations["runbook_url"].endswith(f"/{page}"):
        problems.append(f"{name}: its runbook is called otherwise: {annotations['runbook_url']}")
    if name not in set(runbooks):
        problems.append(f"{name}: has no page {page}")
    return problems
