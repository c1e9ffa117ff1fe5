# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures for node_exporter's textfile collector. What is not known has no series, rather than 0. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...module_utils._host import exposition
from ...module_utils._host.exposition import Family, Sample
from .._common import outputs
from .figures import Changes, Workflow, quantile

PREFIX = "echodiary_delivery_"
FAMILIES = (
    Family("window_days", "gauge", "Of how many days the figures are."),
    Family("deploys", "gauge", "Deploys in the window, by how they ended."),
    Family("deploys_per_day", "gauge", "Deploys that succeeded, a day."),
    Family("lead_time_seconds", "gauge", "From the commit until its deploy had succeeded, by quantile."),
    Family("lead_time_known_deploys", "gauge", "Deploys whose commit is known, of which the lead time is."),
    Family(
        "change_failure_ratio",
        "gauge",
        "Of changes that reached users, those that were taken back, gone back from, or left hosts apart.",
    ),
    Family("restore_seconds", "gauge", "From a deploy that failed users until it was well again, by quantile."),
    Family("unrestored_failures", "gauge", "Failures after which it is not well yet."),
    Family("ci_runs", "gauge", "Runs of the pipeline in the window, by how they ended."),
    Family("ci_success_ratio", "gauge", "Runs that succeeded, of those that succeeded or failed."),
    Family("ci_duration_seconds", "gauge", "How long runs took, by quantile."),
    Family("source_ok", "gauge", "Whether a source of the figures answered."),
    Family("last_success_timestamp_seconds", "gauge", "When the figures were made."),
)
_MIDDLE, _NINE_TENTHS, _LONGEST = 0.5, 0.9, 1.0


def text(environment: str, days: int, now: float, changed: Sequence[Changes], ran: Sequence[Workflow], sources: Mapping[str, bool]) -> str:
    where = {"environment": environment}
    samples = [
        Sample("window_days", where, days),
        *(sample for one in changed for sample in _of_component(where, one)),
        *(sample for one in ran for sample in _of_workflow(where, one)),
        *(Sample("source_ok", {**where, "source": name}, float(ok)) for name, ok in sources.items()),
        Sample("last_success_timestamp_seconds", where, now),
    ]
    families = [family._replace(name=PREFIX + family.name) for family in FAMILIES]
    return exposition.text(families, [_written(one) for one in samples])


def _written(one: Sample) -> Sample:
    return Sample(PREFIX + one.name, {name: outputs.encodable(value) for name, value in one.labels.items()}, one.value)


def _of_component(where: Mapping[str, str], one: Changes) -> Iterator[Sample]:
    at = {**where, "component": one.component}
    for outcome, count in one.outcomes.items():
        yield Sample("deploys", {**at, "outcome": outcome}, count)
    yield Sample("deploys_per_day", at, one.per_day)
    yield Sample("lead_time_known_deploys", at, len(one.lead))
    yield from _quantiles("lead_time_seconds", at, one.lead, (_MIDDLE, _NINE_TENTHS))
    if one.failure_ratio is not None:
        yield Sample("change_failure_ratio", at, one.failure_ratio)
    yield from _quantiles("restore_seconds", at, one.restored, (_MIDDLE, _LONGEST))
    yield Sample("unrestored_failures", at, one.unrestored)


def _of_workflow(where: Mapping[str, str], one: Workflow) -> Iterator[Sample]:
    at = {**where, "workflow": one.name}
    for conclusion, count in one.conclusions.items():
        yield Sample("ci_runs", {**at, "conclusion": conclusion}, count)
    if one.success_ratio is not None:
        yield Sample("ci_success_ratio", at, one.success_ratio)
    yield from _quantiles("ci_duration_seconds", at, one.seconds, (_MIDDLE, _NINE_TENTHS))


def _quantiles(name: str, at: Mapping[str, str], values: list[float], parts: tuple[float, ...]) -> Iterator[Sample]:
    if values:
        yield from (Sample(name, {**at, "quantile": f"{part:g}"}, quantile(values, part)) for part in parts)
