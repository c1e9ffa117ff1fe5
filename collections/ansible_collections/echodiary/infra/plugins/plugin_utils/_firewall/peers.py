# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a word means: addresses and networks, as the inventory has them. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .._common.errors import SpecError

if TYPE_CHECKING:
    from .shapes import Inventory, Network

ANYWHERE = "any"
#: who does not come from outside
HOST, CONTAINERS = "host", "containers"
#: networks that no router of the Internet knows
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
_EVERYTHING = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


def networks(names: Iterable[str], inventory: Inventory, where: str = "") -> tuple[Network, ...]:
    """Without what others hold. ``where``: people typed the names there, so one that nobody knows is refused; else it is nobody."""
    found = [network for name in names for network in _meant(name, inventory, where)]
    v4 = ipaddress.collapse_addresses(one for one in found if isinstance(one, ipaddress.IPv4Network))
    v6 = ipaddress.collapse_addresses(one for one in found if isinstance(one, ipaddress.IPv6Network))
    return (*v4, *v6)


def _meant(name: str, inventory: Inventory, where: str) -> Iterator[Network]:
    for one in inventory.words.get(name, [name]):
        yield from _EVERYTHING if one == ANYWHERE else _of(one, inventory, where or ("" if name == one else name))


def _of(name: str, inventory: Inventory, where: str) -> Iterator[Network]:
    hosts = inventory.groups.get(name) or ([name] if name in inventory.hosts else [])
    if hosts:
        yield from (_address(host, address) for host in hosts for address in inventory.addresses(host))
    elif found := literal(name):
        yield found
    elif where and name not in (HOST, CONTAINERS, *inventory.words, *inventory.groups):
        raise SpecError(f"firewall: {where}: '{name}' is no address, no network, and no host or group of the inventory; correct it")


def around(server: str) -> list[str]:
    """Where a server may be from now on, said before anybody knows that it moved: one among private addresses stays among them."""
    found = literal(server.strip("[]"))
    private = found and any(found.network_address in ipaddress.ip_network(one) for one in _PRIVATE)
    return list(_PRIVATE) if private else [ANYWHERE]


def literal(text: str) -> Network | None:
    """A network, or an address as one."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _address(host: str, address: str) -> Network:
    found = literal(address)
    if found is None:
        raise SpecError(
            f"firewall: host {host} is known as '{address}', which is no address, and packets have nothing else; "
            f"set private_address of {host}, or firewall_addresses, in the inventory"
        )
    return found


def is_everything(found: Iterable[Network]) -> bool:
    return set(_EVERYTHING) <= set(found)


def is_here(name: str, inventory: Inventory) -> bool:
    """Does a word mean the host itself, too?"""
    return name in (HOST, inventory.here) or inventory.here in inventory.groups.get(name, ())
