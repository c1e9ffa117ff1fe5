# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch that got something new is watched for, as conditions of ``health_gate``, and what history keeps of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypedDict

from .._common.quoting import promql_any, promql_text
from . import declared_requests
from .declared_requests import Condition, Request
from .registered import Registered
from .way_back import SCHEMA_GATE

#: the rule of migrations under which nobody claims that the release before is well on the new schema
BREAKS: Final = "breaks-running-release"


class Settings(NamedTuple):
    """``prometheus``: the host that asks; empty for none. ``error_rate``: the largest fraction; ``p95``, ``lookback``: seconds. ``path``:
    what is asked at the edges (``port``), under the name ``host``, where no declared request is. ``every``: batches after the first are
    watched, too. ``backend``: HAProxy's; ``latency``: a histogram of the component's answers, in seconds; empty where it has none."""

    prometheus: str
    url: str
    port: int
    path: str
    host: str
    backend: str
    latency: str
    every: bool
    error_rate: float
    p95: float
    min_samples: int
    lookback: float


class Question(TypedDict):
    """A condition on Prometheus."""

    name: str
    url: str
    query: str
    expect: str
    sample_query: str
    min_samples: int
    lookback: float


class Watch(NamedTuple):
    """What one host does: asks itself (``http``), and asks Prometheus (``promql``) for all while it asks the ``edges`` as users do."""

    http: list[Request | Condition]
    edges: list[Condition]
    promql: list[Question]


class Batch(NamedTuple):
    """``hosts``: their names, in order; ``found``: what each host of the play has registered. ``looks``: only a preview, nothing rolled."""

    kind: str
    component: str
    hosts: Sequence[str]
    first: bool
    found: Mapping[str, Registered]
    looks: bool


def watched(batch: Batch) -> list[str]:
    """Hosts that got something new."""
    return [host for host in batch.hosts if batch.found[host].changed]


def watcher(hosts: Iterable[str], found: Mapping[str, Registered]) -> str:
    """Who watches a batch for all: the first that got something new; nobody where none did."""
    return next((host for host in hosts if found[host].changed), "")


def watch(host: str, batch: Batch, settings: Settings, requests: Sequence[Request | Condition], declared: Sequence[Request]) -> Watch:
    """``requests``: conditions that each host has to meet; ``declared``: what a new release has to answer. A rollback is one batch of what
    has served before, and is asked the same right afterwards."""
    if host not in batch.hosts or not batch.found[host].changed:
        return Watch([], [], [])
    http: list[Request | Condition] = [*requests, *_of_slot(batch, batch.found[host], declared)] if batch.kind != "rollback" else []
    # Every host asks this, so only the one that watches looks at all of them.
    if not _asks_prometheus(batch, settings) or host != watcher(batch.hosts, batch.found):
        return Watch(http, [], [])
    hosts = watched(batch)
    addresses = {name: batch.found[name].address for name in hosts}
    other: Request = {"name": "edge", "path": settings.path, "headers": {"Host": settings.host} if settings.host else {}}
    edges = declared_requests.of_edges(addresses, settings.port, declared, other)
    slots = {name: batch.found[name].slot for name in hosts}
    return Watch(http, edges, questions(batch.component, slots, settings))


def _of_slot(batch: Batch, found: Registered, declared: Sequence[Request]) -> list[Condition]:
    """A restart is of what has served before, and may be older than what is declared for the next release."""
    return declared_requests.of_slot(declared, found.port) if batch.kind == "deploy" and not batch.looks else []


def _asks_prometheus(batch: Batch, settings: Settings) -> bool:
    return bool(settings.prometheus and settings.backend) and batch.kind == "deploy" and (batch.first or settings.every) and not batch.looks


def questions(component: str, slots: Mapping[str, str], settings: Settings) -> list[Question]:
    """``slots``: host -> the slot that is new there."""
    answers = f"sum({' or '.join(series(settings.backend, slots))})"
    errors = f"sum({' or '.join(series(settings.backend, slots, code='5xx'))})"
    found = [_question("error rate", f"{errors} / {answers}", settings.error_rate, answers, settings)]
    if settings.latency:
        of_hosts = f"{{job={promql_text(component)},instance=~{promql_any(list(slots))}}}[$range]"
        slowest = f"histogram_quantile(0.95, sum by (le) (rate({settings.latency}_bucket{of_hosts})))"
        found.append(_question("p95 (s)", slowest, settings.p95, f"sum(increase({settings.latency}_count{of_hosts}))", settings))
    return found


def series(backend: str, slots: Mapping[str, str], code: str = "") -> list[str]:
    """One for each host, of the new slot alone: neither the old one counts, nor whoever was in this slot before and failed."""
    more = f",code={promql_text(code)}" if code else ""
    return [
        f"increase(haproxy_server_http_responses_total{{proxy={promql_text(backend)},instance={promql_text(host)},"
        f"server={promql_text(slot)}{more}}}[$range])"
        for host, slot in slots.items()
    ]


def _question(name: str, query: str, most: float, samples: str, settings: Settings) -> Question:
    return Question(
        name=name,
        url=settings.url,
        query=query,
        expect=f"<= {most}",
        sample_query=samples,
        min_samples=settings.min_samples,
        lookback=settings.lookback,
    )


def recorded(found: Iterable[Registered], *, shown: bool, allowed: Sequence[str]) -> dict[str, str]:
    """Name of a gate -> what was seen last. ``shown``: the release before was well on the new schema; ``allowed``: rules of migrations."""
    gates = {SCHEMA_GATE: "passed"} if shown and BREAKS not in allowed else {}
    for host in found:
        for name, last in (host.gate.get("last") or {}).items():
            gates[name] = last.get("value", "")
    return gates
