# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the released components of a host declare to what HAProxy's configuration says of each. Pure.

Conditions are HAProxy's own: empty where there is only one application, for which nothing has to be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .._common.quoting import haproxy_text
from .._component import listens, rates, release, routes, static

#: between two parts of a path, whatever dots, slashes, parameters and ways back surround it
_BETWEEN = r"([/\\].*[/\\]\.\.)?([/\\.]|;[^/\\]*)*[/\\]"
_BEFORE = r"(?s)^(.*[/\\]\.\.)?([/\\.]|;[^/\\]*)*[/\\]"
_AFTER = r"([]/\\;?#[:cntrl:][:space:]]|$)"

#: as many requests as come
ANY = rates.Rate(0, 1)


class Server(NamedTuple):
    slot: str
    port: int
    disabled: bool


class Backend(NamedTuple):
    """``route``: conditions under which a request is its own, one a line, the more exact before; empty for the default. ``only``: of rules
    that are about its requests alone. ``internal``: what the edge keeps to itself, as one expression; ``inside``: the same paths below its
    component's name. ``max_body``: bytes; ``rate``: of one client, with 0 requests for as many as come.
    ``rolled``: its servers are slots."""

    name: str
    component: str
    default: bool
    route: list[str]
    only: str
    servers: list[Server]
    check_path: str
    check_host: str
    check_status: int
    internal: str
    inside: str
    max_body: int
    rate: rates.Rate
    rolled: bool = True


class Edge(NamedTuple):
    """``backends``: in the order in which they are asked whose a request is. ``default``: name of the one that gets what is nobody else's,
    and ``health_path``, where it is asked whether it serves, as a format. ``health``: conditions of what a load balancer asks. ``routed``:
    requests are told apart."""

    backends: list[Backend]
    default: str
    health_path: str
    health: list[str]
    routed: bool


def edge(entries: Iterable[Mapping[str, Any]], max_body: int, health_paths: Sequence[str], rate: rates.Rate = ANY) -> Edge:
    """``entries``: component and release (as rendered) of the host's components. SpecError for what cannot stand together."""
    known = list(entries)
    released = [release.declared(str(one["component"]), one["release"]) for one in known if one["release"]]
    declared = [one for one in released if one.slots]
    listens.refuse_shared(
        [(one.route.component, listens.of_slots(one.slots)) for one in declared]
        + [(str(one["component"]), one.get("listens", [])) for one in known]
    )
    routes.refuse_clashes([one.route for one in declared])
    ordered = sorted(declared, key=lambda one: (one.route.rank, one.route.component))
    default = next((one for one in ordered if one.route.is_default), None)
    handed = [static.read(str(one["component"]), one["static"]) for one in known if one.get("static")]
    static.refuse_clashes(handed)
    alone = len(ordered) == 1 and default is not None and not handed
    ranked = [((one.route.rank[0], 1), backend(one, max_body, rate, alone=alone)) for one in ordered]
    # whole paths come before what is below a path, under the same names
    ranked += [((one.route.rank[0], 0), files(one, max_body, rate)) for one in handed]
    found = [one for _, one in sorted(ranked, key=lambda pair: pair[0])]
    return Edge(
        backends=found,
        default=default.route.backend if default else "",
        health_path=haproxy_text(default.check["path"].replace("%", "%%")) if default else "",
        health=list(filter(None, (_asked(path, [one.route for one in ordered]) for path in health_paths))),
        routed=not alone,
    )


def _asked(path: str, found: Iterable[routes.Route]) -> str:
    """The host is, under every name but those of a component that has this, or what is above, for itself. Empty where that is any name."""
    claims = [one for one in found if one.path and f"{path}/".startswith(f"{one.path}/")]
    if not all(one.hosts for one in claims):
        return ""
    hosts = " ".join(host for one in claims for host in one.hosts)
    return f"{{ path {haproxy_text(path)} }}" + (f" !{{ var(txn.host) -m str {hosts} }}" if hosts else "")


def backend(declared: release.Declared, max_body: int, rate: rates.Rate, *, alone: bool) -> Backend:
    route, slots = declared.route, declared.slots
    return Backend(
        name=route.backend,
        component=route.component,
        default=route.is_default,
        route=conditions(route),
        only="" if alone else f" {{ var(txn.backend) -m str {route.backend} }}",
        servers=[Server(slot, port, number > 0) for number, (slot, port) in enumerate(slots.items())],
        check_path=haproxy_text(declared.check["path"]),
        check_host=route.hosts[0] if route.hosts else "localhost",
        check_status=declared.check["status"],
        internal=haproxy_text(internal(declared.internal_paths)) if declared.internal_paths else "",
        inside=" ".join(haproxy_text(f"/{route.component}{path}") for path in declared.internal_paths),
        max_body=declared.max_body_bytes or max_body,
        rate=declared.rate or rate,
    )


def files(declared: static.Static, max_body: int, rate: rates.Rate) -> Backend:
    """A server of static files: which release of them it hands out is nothing that HAProxy knows."""
    route = declared.route
    return Backend(
        name=route.backend,
        component=route.component,
        default=False,
        route=paths(declared),
        only=f" {{ var(txn.backend) -m str {route.backend} }}",
        servers=[Server(static.SERVER, declared.port, disabled=False)],
        check_path=haproxy_text(declared.check),
        check_host=route.hosts[0] if route.hosts else "localhost",
        check_status=200,
        internal="",
        inside="",
        max_body=max_body,
        rate=rate,
        rolled=False,
    )


def paths(declared: static.Static) -> list[str]:
    """As they are spelled: what is encoded, or has dots in it, is nobody's file."""
    hosts = declared.route.hosts
    host = f"{{ var(txn.host) -m str {' '.join(hosts)} }} " if hosts else ""
    whole, below = (" ".join(haproxy_text(path) for path in one) for one in (declared.whole, declared.below))
    return [*([f"{host}{{ path {whole} }}"] if whole else []), *([f"{host}{{ path_beg {below} }}"] if below else [])]


def conditions(route: routes.Route) -> list[str]:
    """All of them have to hold; HAProxy's blank is an "and"."""
    if route.is_default:
        return []
    host = f"{{ var(txn.host) -m str {' '.join(route.hosts)} }}" if route.hosts else ""
    below = f"{{ path -m reg ^{re.escape(route.path)}(/|$) }}" if route.path else ""
    return [" ".join(filter(None, (host, below)))]


def internal(paths: Sequence[str]) -> str:
    """What an application may take for one of ``paths`` or for what lies below, however it is spelled; of a path in small letters."""
    several = "|".join(_BETWEEN.join(re.escape(part) for part in path.strip("/").lower().split("/")) for path in paths)
    return f"{_BEFORE}({several}){_AFTER}"
