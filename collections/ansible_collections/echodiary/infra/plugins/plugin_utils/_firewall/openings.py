# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports of a host are open, to whom and why: of ssh, of what its components listen on, and of what people add. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .._common.errors import SpecError
from .._component import listens
from . import peers
from .shapes import Opening

if TYPE_CHECKING:
    from ...module_utils._kinds.documents import ListenSpec
    from .._component.roster import Entry
    from .shapes import Allowed, Inventory, Way

OPERATORS = "operators"


def of_ssh(ports: Iterable[int], inventory: Inventory) -> Iterator[Opening]:
    """Whether or not a component declares it: whoever converges comes this way."""
    found = peers.networks([OPERATORS], inventory)
    if not found:
        raise SpecError("firewall: firewall_ssh_from means nobody, and nobody could reach the host; name networks, or 'any'")
    yield from (Opening(port, "tcp", (OPERATORS,), found, "ssh") for port in ports)


def of_components(entries: Iterable[Entry], inventory: Inventory) -> Iterator[Opening]:
    """Not of what only the host itself can ask."""
    for entry in entries:
        for one in entry.listens:
            if not _is_loopback(one["address"]):
                why = f"{entry.component} for {one['for']}"
                found = peers.networks(listens.with_peers(one, _others(entry.component, inventory))["from"], inventory)
                yield Opening(one["port"], one["protocol"], tuple(one["from"]), found, why, _inside(one, inventory))


def _others(component: str, inventory: Inventory) -> list[str]:
    return [host for host in inventory.having(component) if host != inventory.here]


def _inside(one: ListenSpec, inventory: Inventory) -> bool:
    """What serves users of the host's own serves its containers: an edge, a database; not what is for whoever watches or administers."""
    return one["for"] == "users" and any(peers.is_here(name, inventory) for name in one["from"])


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def of_people(given: Iterable[Allowed], inventory: Inventory) -> Iterator[Opening]:
    for one in given:
        where = f"firewall_allow: {one['port']}"
        found = peers.networks(one["from"], inventory, where)
        yield Opening(one["port"], one["protocol"], tuple(one["from"]), found, "firewall_allow", peers.CONTAINERS in one["from"])


def ways(given: Iterable[Way], inventory: Inventory, why: str) -> Iterator[Opening]:
    """Where containers may go: ``networks`` are what they may ask."""
    for one in given:
        to = peers.around(one["host"]) if one["to"] is None else one["to"]
        yield Opening(one["port"], one["protocol"], tuple(to), peers.networks(to, inventory, f"{why}: {one['port']}"), why)
