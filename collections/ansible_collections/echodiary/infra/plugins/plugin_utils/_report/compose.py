# SPDX-License-Identifier: GPL-3.0-or-later
"""All sections together: what is asked for them, and the report made of what came back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._common import timestamps
from . import asking, model
from .asking import DAY, Query
from .sections import alerts, availability, backups, certificates, cost, deploys, drift, growth, latency, logs, security, slow

if TYPE_CHECKING:
    from ...module_utils._gate.shapes import Answer, Probe
    from .._cost.estimate import Estimate
    from .._security.shapes import Document
    from .shapes import Asked, Plan, Told, Watched

#: those that ask Prometheus
_ASKING: tuple[Any, ...] = (availability, latency, drift, alerts, backups, growth, slow, certificates)
_ABOUT = "report"
#: of all hours, from which on nobody has to be told that some are missing
_MOST = 0.95
_LOGS = f"{logs.KEY}.errors"


class Known(NamedTuple):
    """What is not asked of Prometheus. ``*_trouble``: why it is not known. ``committed``: commit -> s since 1970."""

    asked: Asked
    told: list[Told]
    committed: Mapping[str, float]
    security: Document | None
    security_trouble: str
    cost: Estimate | None
    cost_trouble: str
    watched: Watched


def queries(plan: Plan) -> dict[str, Query]:
    """By ``section.name``."""
    every = {f"{one.KEY}.{name}": query for one in _ASKING for name, query in one.queries(plan).items()}
    return {**every, **{f"{_ABOUT}.{name}": query for name, query in _hours(plan).items()}}


def _hours(plan: Plan) -> dict[str, Query]:
    """In how many hours anything was recorded, in this week and in the one before."""
    hours = f"count_over_time((count(up) > 0)[{plan['days']}d:1h]"
    return {"hours": Query(f"{hours})"), "hours_before": Query(f"{hours} offset {plan['days']}d)")}


def probes(plan: Plan, prometheus: str, store: logs.Store) -> dict[str, Probe]:
    """All that is asked, for one call of the host that has Prometheus."""
    wanted = queries(plan)
    found = dict(zip(wanted, asking.asked(wanted, prometheus, plan["end"], plan["days"]), strict=True))
    return {**found, _LOGS: logs.question(plan, store)} if plan["logs"] else found


def report(plan: Plan, known: Known) -> model.Report:
    sections = [_made(key, title, make) for key, title, make in _makers(plan, known)]
    begin = plan["end"] - DAY * plan["days"]
    return model.Report(
        plan["environment"], timestamps.to_text(begin), timestamps.to_text(plan["end"]), plan["days"], sections, _notes(plan, known.asked)
    )


def _makers(plan: Plan, known: Known) -> list[tuple[str, str, Callable[[], model.Section]]]:
    answers = known.asked.get("answers", {})
    made = {one.KEY: (one.TITLE, _of(one, plan, known.asked)) for one in _ASKING}
    made |= {
        drift.KEY: (drift.TITLE, lambda: drift.section(plan, _found(drift.KEY, drift.queries(plan), known.asked), known.watched)),
        deploys.KEY: (deploys.TITLE, lambda: deploys.section(plan, known.told, known.committed)),
        security.KEY: (security.TITLE, lambda: security.section(plan, known.security, known.security_trouble)),
        cost.KEY: (cost.TITLE, lambda: cost.section(plan, known.cost, known.cost_trouble)),
        logs.KEY: (logs.TITLE, lambda: logs.section(plan, answers.get(_LOGS))),
    }
    order = (availability, latency, deploys, drift, alerts, backups, growth, slow, certificates, security, cost, logs)
    return [(one.KEY, *made[one.KEY]) for one in order]


def _of(one: Any, plan: Plan, asked: Asked) -> Callable[[], model.Section]:
    def made() -> model.Section:
        found: model.Section = one.section(plan, _found(one.KEY, one.queries(plan), asked))
        return found

    return made


def _found(key: str, wanted: Mapping[str, Query], asked: Asked) -> asking.Found:
    every: dict[str, Answer] = asked.get("answers", {})
    own = {name: every[f"{key}.{name}"] for name in wanted if f"{key}.{name}" in every}
    return asking.found(wanted, own, asked.get("trouble", ""))


def _made(key: str, title: str, make: Callable[[], model.Section]) -> model.Section:
    """What one source says otherwise than anybody thought must not cost the other sections."""
    try:
        return make()
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        return model.unknown(key, title, f"what came back cannot be read: {type(error).__name__}: {error}")


def _notes(plan: Plan, asked: Asked) -> list[str]:
    """Of how much of both weeks there are figures at all. Where of the one before there are none, every trend says so."""
    hours = _found(_ABOUT, _hours(plan), asked)
    if hours.trouble:
        return [f"Prometheus: {hours.trouble}"]
    whole = 24 * plan["days"]
    spans = {"these": hours.one("hours") or 0.0, "the week before, and its": hours.one("hours_before") or float(whole)}
    return [f"of {which} {whole} hours Prometheus has figures of {seen:.0f} only" for which, seen in spans.items() if seen < _MOST * whole]
