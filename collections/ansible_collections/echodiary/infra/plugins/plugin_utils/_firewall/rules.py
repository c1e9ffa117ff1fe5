# SPDX-License-Identifier: GPL-3.0-or-later
"""Openings as nftables has them. Pure.

A port is the one that was asked for, not the one behind it: Docker leads a published port elsewhere before any rule sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from . import peers

if TYPE_CHECKING:
    from .shapes import Network, Opening

#: bytes of a comment (libnftnl has 128 with its end)
_COMMENT = 120


def services(found: Iterable[Opening]) -> list[str]:
    """Who may ask this host."""
    return _once(f"{_asked(one)}{match} accept{_comment(one)}" for one in found for match in _matches(one.networks, "saddr"))


def own(found: Iterable[Opening]) -> list[str]:
    """What containers of the host may ask of it."""
    return _once(f"{_asked(one)} accept{_comment(one)}" for one in found if one.inside)


def outwards(found: Iterable[Opening]) -> list[str]:
    """Where containers may go: ``networks`` are what they may ask."""
    return _once(
        f"meta l4proto {one.protocol} th dport {one.port}{match} accept{_comment(one)}"
        for one in found
        for match in _matches(one.networks, "daddr")
    )


def _asked(one: Opening) -> str:
    return f"meta l4proto {one.protocol} ct original proto-dst {one.port}"


def _matches(networks: tuple[Network, ...], which: str) -> Iterator[str]:
    if peers.is_everything(networks):
        yield ""
        return
    for family, name in (("ip", "ipv4"), ("ip6", "ipv6")):
        several = [one for one in networks if isinstance(one, IPv4Network) == (family == "ip")]
        if any(one.prefixlen == 0 for one in several):
            yield f" meta nfproto {name}"
        elif several:
            yield f" {family} {which} {{ {', '.join(map(_written, several))} }}"


def _written(network: Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _comment(one: Opening) -> str:
    text = re.sub(r"[^\w .,:/-]", "_", f"{one.why}: {', '.join(one.peers)}")
    return f' comment "{text[:_COMMENT]}"'


def _once(lines: Iterable[str]) -> list[str]:
    """Two that want the very same are one, in the words of the first."""
    return list({line.partition(" comment ")[0]: line for line in reversed(list(lines))}.values())[::-1]
