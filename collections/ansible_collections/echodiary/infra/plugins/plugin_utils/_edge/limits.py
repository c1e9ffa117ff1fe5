# SPDX-License-Identifier: GPL-3.0-or-later
"""What the edge takes from one client, and from all: variables of role haproxy, judged before anything is sent. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._common.errors import SpecError
from .._component import rates

LOOPBACK = ("127.0.0.0/8", "::1")
#: as many as HAProxy can be told to read (tune.http.maxhdr), and what fits beside the line of the request into its buffer of 16 KiB, of
#: which 1 KiB is kept for headers that it adds
MOST_HEADERS, MOST_HEADER_BYTES = 1000, 15_000
#: of connections, what is kept for the internal port, so that a full edge can still be looked at
_INSIDE = 10


class Limits(NamedTuple):
    """``connections``: in all; ``client_connections``: of one address, 0 for any number. ``unlimited``: whose are not counted; ``proxies``:
    whose connections are many clients'. ``head``, ``idle``, ``body``: seconds, the last one 0 where bodies are not waited for.
    ``body_rate``: bytes a second."""

    connections: int
    client_connections: int
    unlimited: list[str]
    proxies: list[str]
    headers: int
    header_bytes: int
    read_headers: int
    head: int
    idle: int
    body: int
    body_rate: int


def limits(known: Mapping[str, Any], entries: Iterable[Mapping[str, Any]], watching: Sequence[str]) -> Limits:
    """``known``: the role's variables without their prefix, of their types; ``watching``: hosts of group monitoring. SpecError for what
    cannot be."""
    for wrong in _wrong(known):
        raise SpecError(f"haproxy: {wrong}")
    return Limits(
        connections=known["fd_limit"] // 2 * (100 - _INSIDE) // 100,
        client_connections=known["client_connections"],
        unlimited=[*LOOPBACK, *_networks([*_addresses(entries, watching), *known["unlimited"]])],
        proxies=_networks(known["trusted_proxies"]),
        headers=known["max_headers"],
        header_bytes=known["max_header_bytes"],
        # What is read and refused gets an answer that says why; what cannot be read, HAProxy's own 400.
        read_headers=max(101, min(2 * known["max_headers"], MOST_HEADERS)),
        head=_seconds(known, "timeout_http_request"),
        idle=_seconds(known, "timeout_http_keep_alive"),
        body=_seconds(known, "timeout_body"),
        body_rate=known["body_rate"],
    )


def _wrong(known: Mapping[str, Any]) -> Iterator[str]:
    bounds = {
        "fd_limit": (200, 10_000_000),
        "max_headers": (10, MOST_HEADERS),
        "max_header_bytes": (1024, MOST_HEADER_BYTES),
        "body_rate": (0, 10_000_000),
        "client_connections": (0, 1_000_000),
    }
    for name, (least, most) in bounds.items():
        if not least <= known[name] <= most:
            yield f"haproxy_{name} has to be from {least} to {most}, not {known[name]}"
    for name in ("timeout_http_request", "timeout_http_keep_alive"):
        if not _seconds(known, name):
            yield f"haproxy_{name} has to be 1s or more: without it who says nothing keeps a connection for ever"
    for one in known["unlimited"]:
        if not _is_network(one):
            yield f"haproxy_unlimited: '{one}' is no address and no network; give it as in 203.0.113.7 or 10.0.0.0/16"


def _seconds(known: Mapping[str, Any], name: str) -> int:
    return rates.seconds(f"haproxy: haproxy_{name}", known[name])


def _addresses(entries: Iterable[Mapping[str, Any]], watching: Sequence[str]) -> Iterator[str]:
    """Packets have nothing but addresses: a host that is known by a name only is counted as anybody."""
    return (str(one["address"]) for one in entries if one["host"] in watching and _is_network(str(one["address"])))


def _networks(given: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for one in given if _is_network(one) and not ipaddress.ip_network(one).is_loopback))


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
