# SPDX-License-Identifier: GPL-3.0-or-later
"""A PromQL condition: an instant query against a threshold, on enough samples.

No evidence is never good news. An empty result, NaN (0/0: no requests at all), too few samples and a Prometheus that does not answer
are all inconclusive. Only a query that Prometheus cannot understand ends the gate at once: it will not be understood later either.
"""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict
from urllib.parse import urlencode

from .model import FAIL, INCONCLUSIVE, PASS, Finding, GateError, one_line

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Answer, Probe, Reach
    from .shapes import Facts, PromqlOptions

_EXPECTATION = re.compile(r"(<=|>=|==|!=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class NoEvidenceError(Exception):
    """Why there is nothing to judge."""


class Series(NamedTuple):
    labels: str
    value: float


class Sample(TypedDict, total=False):
    """One of an instant vector, as Prometheus' API has it; without ``value`` it is a native histogram."""

    metric: dict[str, str]
    value: tuple[float, str]


class Promql(NamedTuple):
    name: str
    origin: str
    probes: list[Probe]
    compare: str
    threshold: float
    min_samples: float | None
    on_empty: str

    @classmethod
    def of(cls, given: PromqlOptions, reach: Reach) -> Promql:
        matched = _EXPECTATION.fullmatch(given["expect"].strip())
        if not matched:
            raise GateError(f"{given['name']}: expect {given['expect']!r} is no comparison with a number, such as '< 0.01'")
        queries = [given["query"], *([given["sample_query"]] if given["sample_query"] is not None else [])]
        probes = [_question(given["url"], query, reach, given["lookback"]) for query in queries]
        return cls(given["name"], given["from"], probes, matched[1], float(matched[2]), given["min_samples"], given["on_empty"])

    def judge(self, answers: list[Answer]) -> Finding:
        facts: Facts = {}
        try:
            if self.min_samples is not None:
                facts["samples"] = _samples(self.name, answers[1])
            series = parse(self.name, answers[0])
            facts["value"] = _shown(series)
            return Finding(*self._verdict(series, facts.get("samples")), facts)
        except NoEvidenceError as error:
            return Finding(INCONCLUSIVE, str(error), {**facts, "body": one_line(answers[0]["text"], 1000)})

    def _verdict(self, series: list[Series], samples: float | None) -> tuple[str, str]:
        if self.min_samples is not None and (samples or 0.0) < self.min_samples:
            return INCONCLUSIVE, f"{samples or 0:g} samples, {self.min_samples:g} are needed"
        if not series:
            return self.on_empty, "the query gives nothing"
        limit = f"{self.compare} {self.threshold:g}"
        for one in series:
            if math.isnan(one.value):
                return INCONCLUSIVE, f"NaN{one.labels}, which is no number to compare"
            if not _COMPARE[self.compare](one.value, self.threshold):
                return FAIL, f"{one.value:g}{one.labels} is not {limit}"
        return PASS, f"{_shown(series)} {limit}"


def parse(name: str, answer: Answer) -> list[Series]:
    """The series of an instant query's answer (prometheus.io/docs/prometheus/latest/querying/api: vector or scalar)."""
    if answer["status"] == 0:
        raise NoEvidenceError(f"Prometheus does not answer ({one_line(answer['text'])})")
    body = _body(answer)
    if body.get("errorType") == "bad_data":
        raise GateError(f"{name}: Prometheus does not understand the query: {one_line(str(body.get('error')))}")
    if body.get("status") != "success":
        raise NoEvidenceError(f"Prometheus answers {answer['status']}: {one_line(str(body.get('error') or answer['text']))}")
    data = body.get("data") or {}
    if data.get("resultType") == "scalar":
        return [Series("", float(data["result"][1]))]
    if data.get("resultType") == "vector":
        return [_series(one) for one in data["result"]]
    raise GateError(f"{name}: the query gives a {data.get('resultType')}; a number for each series is needed (an instant vector)")


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer["text"])
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise NoEvidenceError(f"what answers {answer['status']} is not Prometheus: {one_line(answer['text'])}")
    return body


def _series(one: Sample) -> Series:
    if "value" not in one:
        raise NoEvidenceError("the query gives native histograms, which cannot be compared with a number")
    labels = ", ".join(f"{key}={value}" for key, value in sorted(one["metric"].items()))
    return Series(f" ({labels})" if labels else "", float(one["value"][1]))


def _samples(name: str, answer: Answer) -> float:
    """All series together; nothing and NaN are no samples."""
    values = [one.value for one in parse(name, answer)]
    return sum(value for value in values if not math.isnan(value))


def _shown(series: list[Series]) -> str:
    shown = ", ".join(f"{one.value:g}{one.labels}" for one in series[:5])
    return shown + (f" and {len(series) - 5} more" if len(series) > 5 else "") or "nothing"


def _question(url: str, query: str, reach: Reach, lookback: float) -> Probe:
    headers = {"Content-Type": "application/x-www-form-urlencoded", **reach["headers"]}
    body = urlencode({"query": query, "timeout": f"{reach['timeout']:g}s"})
    return {
        "headers": headers, "method": "POST", "url": url.rstrip("/") + "/api/v1/query", "body": body, "whole": True,
        "lookback": lookback, "timeout": reach["timeout"], "validate_certs": reach["validate_certs"], "ca_path": reach["ca_path"],
    }  # fmt: skip
