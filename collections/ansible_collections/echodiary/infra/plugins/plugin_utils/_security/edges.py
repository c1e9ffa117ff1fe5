# SPDX-License-Identifier: GPL-3.0-or-later
"""Where users of a host come in, as its components declare it; or where people say that they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .._common.errors import SpecError
from .._component import release
from .._edge import tls
from .asks import Place
from .declared import rendered

if TYPE_CHECKING:
    from .._component import roster

ROLE = "haproxy"
_ASKED = ("haproxy_tls", "haproxy_port", "haproxy_tls_port", "haproxy_tls_names", "haproxy_metrics_bind", "haproxy_metrics_port")


class Inside(NamedTuple):
    """A path that is for the inside, and where the host itself has it."""

    path: str
    url: str


class Edge(NamedTuple):
    """``pages``: what anybody may ask for. ``documents``: component to where its OpenAPI document may be, inside."""

    place: Place
    pages: tuple[str, ...]
    inside: tuple[Inside, ...]
    documents: dict[str, str]


def names(hosts: roster.Roster) -> list[str]:
    """Hosts that have one."""
    return [name for name in hosts.names() if any(one.rpartition(".")[2] == ROLE for one in hosts.host(name).components)]


def of(hosts: roster.Roster, address: str, url: str, document: str) -> Edge | None:
    """``address``: of the host, from outside. ``url``: where users come in before any host: asked by the first one alone."""
    here = hosts.here.name
    if here not in names(hosts) or (url and here != names(hosts)[0]):
        return None
    given = rendered(hosts, ROLE, *_ASKED)
    entries = [one for one in hosts.entries(here) if one.release]
    declared = [release.declared(one.component, one.release) for one in entries]
    asked = [one for one in declared if one.slots]
    bound = given["haproxy_metrics_bind"]
    within = f"http://{'127.0.0.1' if bound in ('*', '0.0.0.0') else bound}:{given['haproxy_metrics_port']}"  # noqa: S104 - compared, not bound
    inside = [Inside(path, f"{within}/{one.route.component}{path}") for one in asked for path in one.internal_paths]
    known = tls.names(given["haproxy_tls_names"], [one._asdict() for one in entries])
    name = next(iter(known), "") or next((host for one in asked for host in one.route.hosts), "")
    place = _said(url) if url else _place(given["haproxy_tls"] != "none", given, address, name)
    return Edge(
        place=place,
        pages=tuple(dict.fromkeys([one.check["path"] for one in asked] + ["/"])),
        inside=tuple(inside),
        documents={one.route.component: f"{within}/{one.route.component}{document}" for one in asked if document in one.internal_paths},
    )


def _place(is_tls: bool, given: dict[str, int], address: str, name: str) -> Place:
    port = int(given["haproxy_tls_port" if is_tls else "haproxy_port"])
    return Place(address, port, is_tls, name.replace("*", "www", 1) or address)


def _said(url: str) -> Place:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SpecError(f"security_url '{url}' is none; write it as https://diary.example.com")
    is_tls = parts.scheme == "https"
    return Place(parts.hostname, parts.port or (443 if is_tls else 80), is_tls, parts.hostname)
