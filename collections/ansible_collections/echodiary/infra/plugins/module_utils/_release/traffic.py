# SPDX-License-Identifier: GPL-3.0-or-later
"""Which slot gets the requests: what differs from "the active one and nobody else", and moving them from one to the other.

Of a release that nobody asks (no ``socket``), nothing is to be told, and nothing to be waited for.
A move keeps somebody serving at every moment: both slots are ready before the old one drains, and the old one's requests end
by themselves or at the drain deadline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from .._host import haproxy
from .._kinds import model

#: within which HAProxy's own checks have to agree that a slot is well (s)
AGREEMENT_DEADLINE = 20.0
_POLL = 0.1


def plan(
    edge: haproxy.EdgeSpec, servers: dict[str, haproxy.Server], active: str, origin: str, ports: Mapping[str, int]
) -> list[model.Change]:
    """Pure. A slot that was taken out, let in or given another share or address, by somebody else or by a run that was killed."""
    fields: dict[str, list[str]] = {}
    for name, server in servers.items():
        wanted = haproxy.READY if name == active else haproxy.MAINT
        if server.admin != wanted:
            fields[name] = [server.admin, wanted]
        if name == active and server.weight != 100:
            fields[f"{name} weight"] = [f"{server.weight} %", "100 %"]
    for name, wanted in _astray(servers, ports).items():
        fields[f"{name} address"] = [servers[name].address, wanted]
    return [model.Change(model.Resource("traffic", edge["backend"]), "update", origin, fields)] if fields else []


def _astray(servers: dict[str, haproxy.Server], ports: Mapping[str, int]) -> dict[str, str]:
    """Server -> where its requests have to be sent, of those that send them elsewhere. Pure."""
    wanted = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    return {name: wanted[name] for name, server in servers.items() if name in wanted and server.address not in ("", wanted[name])}


def let_in(edge: haproxy.EdgeSpec, slot: str, weight: int | str = haproxy.WHOLE, ended: Callable[[], str] = str) -> None:
    """``slot`` takes requests beside the other; raises when HAProxy does not find it well, or at once with what ``ended`` says."""
    if not edge["socket"]:
        return
    haproxy.command(edge, [haproxy.weight_words(edge, slot, weight), haproxy.state_words(edge, slot, haproxy.READY)])
    end = time.monotonic() + AGREEMENT_DEADLINE
    while not haproxy.server(edge, slot).steady:
        if why := ended():
            raise haproxy.HaproxyError(why)
        if time.monotonic() >= end:
            raise haproxy.HaproxyError(
                f"HAProxy does not find slot {slot} well within {AGREEMENT_DEADLINE:.0f} s; look at its statistics page"
            )
        time.sleep(_POLL)


def drain(edge: haproxy.EdgeSpec, slot: str, deadline: float) -> int:
    """No new requests for ``slot``; how many were still in flight when ``deadline`` (s) was over."""
    if not edge["socket"]:
        return 0
    haproxy.tell(edge, slot, haproxy.DRAIN)
    return wait_for_requests(edge, slot, deadline)


def wait_for_requests(edge: haproxy.EdgeSpec, slot: str, deadline: float) -> int:
    end = time.monotonic() + deadline
    while True:
        left = haproxy.server(edge, slot).sessions
        if not left or time.monotonic() >= end:
            return left
        time.sleep(_POLL)


def rest(edge: haproxy.EdgeSpec, slot: str) -> None:
    if edge["socket"]:
        haproxy.tell(edge, slot, haproxy.MAINT)


def correct(edge: haproxy.EdgeSpec, active: str, others: list[str], ports: Mapping[str, int]) -> None:
    """Ready first: at no moment is nobody there."""
    if not edge["socket"]:
        return
    lost = _astray(haproxy.servers(edge), ports)
    if lost:
        haproxy.aim(edge, lost)
    found = haproxy.server(edge, active)
    if found.admin != haproxy.READY or found.weight != 100 or active in lost:
        let_in(edge, active)
    for name in others:
        if haproxy.server(edge, name).admin != haproxy.MAINT:
            haproxy.tell(edge, name, haproxy.MAINT)
