# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Network = IPv4Network | IPv6Network

#: of what people add: who may ask at a port
Allowed = TypedDict("Allowed", {"port": int, "protocol": str, "from": "list[str]"})


class Way(TypedDict):
    """Where a container may go: ``to`` says it, and else where its server, ``host``, is."""

    port: int
    protocol: str
    to: list[str] | None
    host: str


class Opening(NamedTuple):
    """``peers``: in the words of whoever declared it; ``why``: the component, and what for. ``inside``: containers of the host, too."""

    port: int
    protocol: str
    peers: tuple[str, ...]
    networks: tuple[Network, ...]
    why: str
    inside: bool = False


class Inventory(NamedTuple):
    """``addresses``: of a host, as others see it come. ``words``: what is no group, and stands for others.

    ``having``: the hosts of a component."""

    groups: Mapping[str, Sequence[str]]
    hosts: frozenset[str]
    addresses: Callable[[str], list[str]]
    words: Mapping[str, list[str]]
    here: str
    having: Callable[[str], list[str]]


class Told(TypedDict):
    """Lines of nftables: who may ask this host, what its containers may ask of it, and what of others."""

    services: list[str]
    own: list[str]
    outwards: list[str]
