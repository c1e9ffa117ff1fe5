# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a model server and its gateway may listen: at no address that the world could reach. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._common.errors import SpecError

COMPONENT = "model_server"
#: how the roster calls the host that asks
LOOPBACK = "127.0.0.1"

if TYPE_CHECKING:
    from .shapes import Entry


def private(address: str, variable: str) -> str:
    """The address, with its port where it has one. SpecError for one that is all of a host's, public, or a name."""
    host = address.rpartition(":")[0] if address.count(":") == 1 or address.startswith("[") else address
    try:
        known = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise SpecError(f"{variable}: '{address}' is no address; give one of the host's private ones, as in 10.0.1.7") from None
    if known.is_unspecified or known.is_multicast or not known.is_private:
        raise SpecError(
            f"{variable}: {address} is reached from anywhere, and no model server is put there; give a private address of the host"
        )
    return address


def models(entries: Iterable[Entry]) -> list[str]:
    """``address:port`` of each model server that the inventory has. SpecError where it has none, or one that only its own host reaches."""
    found = [_model(one) for one in entries if one["component"] == COMPONENT]
    if not found:
        raise SpecError(f"ai_gateway: no host's components have {COMPONENT}; list it there, or say where one is by ai_gateway_models")
    return found


def _model(one: Entry) -> str:
    socket = one["listens"][0]
    address = one["address"] if socket["address"] == "*" else socket["address"]
    if ipaddress.ip_address(address).is_loopback and one["address"] != LOOPBACK:
        raise SpecError(
            f"{one['host']}: its {COMPONENT} listens on {address}, where no gateway of another host comes: set model_server_bind"
        )
    return f"[{address}]:{socket['port']}" if ":" in address else f"{address}:{socket['port']}"
