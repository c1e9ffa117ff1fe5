# SPDX-License-Identifier: GPL-3.0-or-later
"""What inventory and component say that a load test has to know: edges, names, what users ask, the way they take, objectives."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .._common.errors import SpecError
from .._component import names as called
from .._component import release
from .._component.roster import Host, Roster
from .._component.source import Source
from . import objectives
from .edges import Known
from .shapes import Objectives

EDGE = "haproxy"
_PORT, _TLS, _TLS_PORT, _NAMES = "haproxy_port", "haproxy_tls", "haproxy_tls_port", "haproxy_tls_names"


class Declared(NamedTuple):
    """``paths``: what the component says that users may ask; ``locustfile``, ``rows``: of its role, empty where it has none."""

    edges: list[Known]
    names: list[str]
    paths: list[str]
    locustfile: str
    rows: str
    objectives: Objectives | None


def read(roster: Roster, component: str, hosts: Sequence[str], watcher: str) -> Declared:
    """``hosts``: those that run the component; ``watcher``: the host of Prometheus, whose objectives count, else the first of them."""
    edges = [(_known(roster, roster.host(name)), _values(roster, roster.host(name), (_NAMES,))) for name in hosts]
    first = roster.host(hosts[0])
    source = roster.source(first, component)
    declared = release.declared(source.name, release_of(roster, first, source))
    names = [*declared.route.hosts, *(str(one).lower() for _, values in edges for one in values[_NAMES] or [])]
    return Declared(
        [known for known, _ in edges],
        list(dict.fromkeys(names)),
        _paths(declared),
        _of_role(source, "locustfile.py"),
        _of_role(source, "rows.py"),
        objectives_of(roster, roster.host(watcher or hosts[0]), source),
    )


def release_of(roster: Roster, host: Host, source: Source) -> dict[str, Any]:
    """Without what others than a deploy have no use for: it may hold secrets, which nobody has read."""
    given = source.spec.get("release") or {}
    wanted = {key: value for key, value in given.items() if key not in ("environment", "migrate", "warm_up")}
    found: dict[str, Any] = roster.rendered(host, source, {"release": wanted}, f"{source.name}/component.yml")["release"]
    return found


def _paths(declared: release.Declared) -> list[str]:
    """What users may ask without changing anything, below the application's path where it has one."""
    asked = [str(one["path"]) for one in declared.requests if one.get("edge") and (one.get("method") or "GET") == "GET"]
    return asked or [f"{declared.route.path}/" if declared.route.path else declared.check["path"]]


def _known(roster: Roster, host: Host) -> Known:
    if not called.listed(EDGE, host.components):
        raise SpecError(f"host {host.name} has no component {EDGE}, so nobody knows its edge; add it to its components")
    values = _values(roster, host, (_PORT, _TLS, _TLS_PORT))
    ports = {"http": int(values[_PORT]), **({"https": int(values[_TLS_PORT])} if values[_TLS] != "none" else {})}
    address = roster.outside(host)
    ssh = _values(roster, host, ("ansible_host",)) if "ansible_host" in host.variables else {}
    addresses = {one.lower() for one in (host.name, address, *roster.addresses(host.name), *map(str, ssh.values()))}
    return Known(host.name, address, tuple(sorted(addresses)), ports)


def _values(roster: Roster, host: Host, names: Iterable[str]) -> dict[str, Any]:
    """As the host has them, over the defaults of the role."""
    source = roster.source(host, called.listed(EDGE, host.components))
    return roster.rendered(host, source, {name: {**source.defaults, **host.variables}[name] for name in names}, f"host {host.name}: {EDGE}")


def objectives_of(roster: Roster, host: Host, source: Source) -> Objectives | None:
    """As ``host`` has them, over the defaults of the component's role."""
    available = {**source.defaults, **host.variables}
    given = {key: available[f"{source.name}_slo_{key}"] for key in objectives.KEYS if f"{source.name}_slo_{key}" in available}
    return objectives.read(source.name, roster.rendered(host, source, given, f"host {host.name}: {source.name}_slo_…"))


def _of_role(source: Source, name: str) -> str:
    path = os.path.join(source.path, "load", name)
    return path if os.path.isfile(path) else ""
