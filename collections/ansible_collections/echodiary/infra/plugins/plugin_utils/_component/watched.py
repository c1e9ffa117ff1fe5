# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom to watch, and how: what components say in ``monitoring.yml``, put together. Pure.

Where something answers is not said again: a target is a socket that the component, or the one it is asked ``through``, listens on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds import model
    from ...module_utils._kinds.documents import ListenSpec
    from .roster import Entry

FILE = "monitoring.yml"
_ASKED: dict[str, Any] = {"path": {"type": "str"}, "port": {"type": "str"}, "through": {"type": "str"}}
_EXPECTED = {"metric": {"type": "str", "required": True}, "hours": {"type": "int", "required": True}}
OPTIONS: dict[str, Any] = {
    "targets": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **_ASKED,
            "job": {"type": "str", "required": True},
            "path": {"type": "str", "default": "/metrics"},
            "labels": {"type": "dict", "default": {}},
            "serves": {"type": "str", "choices": ["", "alerts", "probes"], "default": ""},
            "down": {"type": "str", "default": ""},
        },
    },
    "probes": {"type": "list", "elements": "dict", "default": [], "options": {**_ASKED, "path": {"type": "str", "required": True}}},
    "expected_metrics": {"type": "list", "elements": "dict", "default": [], "options": _EXPECTED},
    "failing": {"type": "dict", "default": {}, "options": {"collector": {"type": "str"}, "exporter": {"type": "str"}}},
    "inhibit_rules": {"type": "list", "elements": "dict", "default": []},
    "home": {"type": "str", "default": ""},
}
#: as `from` of a socket says who watches
_MONITORING = "monitoring"
_LOOPBACK = ("*", "::", "0.0.0.0", "127.0.0.1", "::1")  # noqa: S104 - compared, not bound


class Asked(TypedDict):
    job: str
    path: str
    port: str | None
    through: str | None
    labels: dict[str, str]
    serves: str
    down: str


class Expected(TypedDict):
    metric: str
    hours: int


class Spec(TypedDict):
    """A ``monitoring.yml``, rendered and checked."""

    targets: list[Asked]
    probes: list[Asked]
    expected_metrics: list[Expected]
    failing: dict[str, str | None]
    inhibit_rules: list[model.Json]
    home: str


class Target(NamedTuple):
    """``serves``: what else it is to Prometheus; ``down``: the alert of its own that tells when it is."""

    job: str
    path: str
    address: str
    instance: str
    component: str
    labels: dict[str, str]
    serves: str
    down: str


class Probe(NamedTuple):
    """``component``: whose role asks for it; empty where the inventory does."""

    instance: str
    url: str
    component: str = ""


class Watched(NamedTuple):
    targets: list[Target]
    probes: list[Probe]
    expected_metrics: list[Expected]
    failing: dict[str, list[str]]
    inhibit_rules: list[model.Json]
    homes: list[str]


def checked(name: str, given: Mapping[str, Any]) -> Spec:
    """Defaults filled in. SpecError for what nobody understands."""
    result = ArgumentSpecValidator(OPTIONS).validate(given)
    if result.error_messages:
        raise SpecError(f"{name}: {FILE}: {'; '.join(result.error_messages)}; docs/components.md has its keys")
    spec: Spec = result.validated_parameters
    ours = sorted({label for asked in spec["targets"] for label in asked["labels"]} & {"instance", "job"})
    if ours:
        raise SpecError(f"{name}: {FILE}: labels of a target may not be {' and '.join(ours)}, which say who it is; call them otherwise")
    return spec


class One(NamedTuple):
    """What one component of one host wants."""

    component: str
    targets: list[Target]
    probes: list[Probe]
    spec: Spec


def of_host(name: str, entries: list[Entry], specs: Mapping[str, Spec]) -> Iterable[One]:
    beside = {entry.component: entry for entry in entries}
    try:
        for component, spec in specs.items():
            entry = beside[component]
            targets = [_target(entry, asked, beside) for asked in spec["targets"]]
            yield One(component, targets, [_probe(entry, asked, beside) for asked in spec["probes"]], spec)
    except SpecError as error:
        raise SpecError(f"host {name}: {error}") from error


def _target(entry: Entry, asked: Asked, beside: Mapping[str, Entry]) -> Target:
    address = _address(entry, asked, beside, "metrics")
    labels = {"instance": entry.host, **{key: str(value) for key, value in asked["labels"].items()}}
    return Target(asked["job"], asked["path"], address, entry.host, entry.component, labels, asked["serves"], asked["down"])


def _probe(entry: Entry, asked: Asked, beside: Mapping[str, Entry]) -> Probe:
    return Probe(entry.host, f"http://{_address(entry, asked, beside, 'users')}{asked['path']}", entry.component)


def _address(entry: Entry, asked: Asked, beside: Mapping[str, Entry], use: str) -> str:
    """Address and port. Loopback serves only what listens there."""
    socket = _socket(entry, asked, beside, use)
    own = entry.address == "127.0.0.1" and socket["address"] not in _LOOPBACK
    at = socket["address"] if own else entry.address
    return f"[{at}]:{socket['port']}" if ":" in at else f"{at}:{socket['port']}"


def _socket(entry: Entry, asked: Asked, beside: Mapping[str, Entry], use: str) -> ListenSpec:
    through = asked["through"] or entry.component
    where = f"{entry.component}: {FILE}: {asked['path']}"
    if through not in beside:
        raise SpecError(f"{where} is asked through {through}, which this host does not have; add {through} to its components")
    tcp = [one for one in beside[through].listens if one["protocol"] == "tcp"]
    every = [one for one in tcp if (str(one["port"]) == str(asked["port"]) if asked["port"] else one["for"] == use)]
    # an edge with TLS listens twice for users
    fitting = [one for one in every if _MONITORING in one["from"]] or every
    if len({one["port"] for one in fitting}) != 1:
        known = ", ".join(str(one["port"]) for one in tcp) or "nothing"
        wanted = f"port {asked['port']}" if asked["port"] else f"the port for {use}"
        mend = f"say one of these as port in {entry.component}'s {FILE}, or" if tcp else "add it:"
        raise SpecError(f"{where}: which is {wanted} of {through}? It listens at {known}; {mend} listens of {through}'s component.yml")
    return fitting[0]


def together(found: list[One]) -> Watched:
    """Pure. SpecError for two that Prometheus could not tell apart."""
    targets = sorted((target for one in found for target in one.targets), key=lambda target: (target.job, target.instance))
    _check_jobs(targets)
    return Watched(
        targets,
        [probe for one in found for probe in one.probes],
        _unique(expected for one in found for expected in one.spec["expected_metrics"]),
        {kind: _unique(one.spec["failing"][kind] for one in found if one.spec["failing"].get(kind)) for kind in ("collector", "exporter")},
        _unique(rule for one in found for rule in one.spec["inhibit_rules"]),
        _unique(f"{one.component}-{one.spec['home']}" for one in found if one.spec["home"]),
    )


def _unique(found: Iterable[Any]) -> list[Any]:
    """Every host that has a component says the same."""
    kept: list[Any] = []
    for one in found:
        if one not in kept:
            kept.append(one)
    return kept


def _check_jobs(targets: list[Target]) -> None:
    for first, second in itertools.pairwise(targets):
        if first.job == second.job and (first.instance == second.instance or first.path != second.path):
            same = f"of {first.instance}" if first.instance == second.instance else "with different paths"
            raise SpecError(
                f"job {first.job} is said by {first.component} and {second.component}, {same}; give one of them another in its {FILE}"
            )


def seen(watched: Watched, further: list[Probe]) -> dict[str, Any]:
    """As templates see it. Without somebody who probes nothing of a role is probed, nor expected to be; ``further``, of the
    inventory, is refused then. Pure."""
    targets = watched.targets
    probers = [target.address for target in targets if target.serves == "probes"]
    if further and not probers:
        asked = ", ".join(probe.url for probe in further)
        raise SpecError(f"nobody would probe {asked}: no host has a component that probes; add one to the components of a host")
    probes = [*watched.probes, *further] if probers else []
    expected = [(target.job, target.instance) for target in targets] + [("probe", probe.instance) for probe in probes]
    return {
        "jobs": jobs(targets),
        "targets": [target._asdict() for target in targets],
        "alertmanagers": [target.address for target in targets if target.serves == "alerts"],
        "probers": probers,
        "probes": [probe._asdict() for probe in probes],
        "expected": [{"job": job, "instance": instance} for job, instance in _unique(expected)],
        "down": sorted({target.job for target in targets if target.down}),
        "expected_metrics": watched.expected_metrics,
        "failing": watched.failing,
        "inhibit_rules": watched.inhibit_rules,
        "homes": watched.homes,
    }


def jobs(targets: list[Target]) -> list[dict[str, Any]]:
    """As Prometheus has them: one path and the targets of each job."""
    paths = {target.job: target.path for target in targets}
    return [{"job": job, "path": path, "targets": [one._asdict() for one in targets if one.job == job]} for job, path in paths.items()]
