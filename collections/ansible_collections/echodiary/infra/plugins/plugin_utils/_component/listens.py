# SPDX-License-Identifier: GPL-3.0-or-later
"""What a component listens on, for whom: declared once, to be read by whatever has to know (firewalls, monitoring, documentation). Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from ...module_utils._release.slots import PORT, are_asked
from .._common.errors import SpecError

if TYPE_CHECKING:
    from ...module_utils._kinds import documents

OPTIONS: dict[str, Any] = {
    "port": {"type": "str", "required": True},
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
    "address": {"type": "str", "default": "*"},
    "from": {"type": "list", "elements": "str", "required": True},
    "for": {"type": "str", "choices": ["users", "metrics", "health", "admin"], "required": True},
}
#: who is no group of the inventory
KNOWN = {
    "edge": "what stands before the hosts: the load balancer, or the world where there is none",
    "monitoring": "what watches them",
    "host": "the host itself",
    "peers": "other hosts that have the component",
    "operators": "from where people and pipelines administer hosts",
}
PEERS = "peers"
#: of an interface each; "::" takes IPv4 along on Linux
_EVERY_ADDRESS = ("*", "::")


def read(name: str, given: list[dict[str, Any]], release: dict[str, Any] | None) -> list[documents.ListenSpec]:
    """``{port}`` is the port of each slot of ``release``. SpecError for what nobody can listen on."""
    slots = [port for port in release["slots"].values() if port] if release else []
    found = [one for entry in given for one in _entries(name, entry, slots)]
    for first, second in combinations(found, 2):
        if overlap(first, second):
            raise SpecError(f"{name}: listens: {told(first)} and {told(second)} are the same socket; keep one of them")
    return found


def _entries(name: str, entry: dict[str, Any], slots: list[int]) -> Iterator[documents.ListenSpec]:
    _check_who(name, entry)
    for port in slots if entry["port"] == PORT and slots else [entry["port"]]:
        yield cast("documents.ListenSpec", {**entry, "port": _port(name, port), "address": _address(name, entry)})


def _check_who(name: str, entry: dict[str, Any]) -> None:
    if not entry["from"] or not all(re.fullmatch("[A-Za-z_][A-Za-z0-9_-]*", one) for one in entry["from"]):
        who = f"{', '.join(KNOWN)}, or groups of the inventory"
        raise SpecError(f"{name}: listens: {entry['port']}: from {entry['from']} has to name who may ask: {who}")


def _port(name: str, port: Any) -> int:
    if port == PORT:
        raise SpecError(f"{name}: listens: {PORT} stands for the port of a slot, and the component has no release with slots")
    if not re.fullmatch("[0-9]{1,5}", str(port)) or not 0 < int(port) < 65536:
        raise SpecError(f"{name}: listens: '{port}' is no port; use a number from 1 to 65535")
    return int(port)


def _address(name: str, entry: dict[str, Any]) -> str:
    """As it is compared: ``*`` for all, no brackets."""
    address = str(entry["address"]).strip("[]")
    if not re.fullmatch(r"\*|[A-Za-z0-9][A-Za-z0-9.:%_-]*|:[A-Fa-f0-9:.%]+", address):
        raise SpecError(
            f"{name}: listens: {entry['port']}: address '{entry['address']}' is none; use '*' for all, or an address of the host"
        )
    return {"localhost": "127.0.0.1"}.get(address, address)


def overlap(first: documents.ListenSpec, second: documents.ListenSpec) -> bool:
    """Can only one of them be listened on?"""
    if (first["port"], first["protocol"]) != (second["port"], second["protocol"]):
        return False
    one, other = first["address"], second["address"]
    return one == other or _covers(one, other) or _covers(other, one)


def _covers(wide: str, address: str) -> bool:
    return wide in _EVERY_ADDRESS or (wide == "0.0.0.0" and _version(address) != 6)  # noqa: S104 - compared, not bound


def _version(address: str) -> int:
    """0 of a name, which may lead anywhere."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).version
    except ValueError:
        return 0


def with_peers(entry: documents.ListenSpec, names: Sequence[str]) -> documents.ListenSpec:
    """``names``: who that is."""
    who = [name for one in entry["from"] for name in (names if one == PEERS else [one])]
    return {**entry, "from": list(dict.fromkeys(who))}


def told(entry: documents.ListenSpec) -> str:
    """``9090/tcp on 127.0.0.1``"""
    return f"{entry['port']}/{entry['protocol']} on {'all addresses' if entry['address'] == '*' else entry['address']}"


def of_slots(slots: Mapping[str, int]) -> list[documents.ListenSpec]:
    """Whether or not the component says that it listens there: HAProxy sends its requests to these."""
    return [{"port": port, "protocol": "tcp", "address": "127.0.0.1", "from": ["host"], "for": "users"} for port in slots.values()]


def check_clashes(manifests: list[documents.ComponentSpec]) -> None:
    refuse_shared((one["name"], [*one.get("listens", []), *_of_release(one.get("release"))]) for one in manifests)


def _of_release(rolled: documents.ReleaseSpec | None) -> list[documents.ListenSpec]:
    return of_slots(rolled["slots"]) if rolled and are_asked(rolled) else []


def refuse_shared(components: Iterable[tuple[str, Sequence[documents.ListenSpec]]]) -> None:
    """Of two components of one host that want the same socket the second one would not start."""
    sockets = [(name, entry) for name, entries in components for entry in entries]
    for (one, first), (other, second) in combinations(sockets, 2):
        if one != other and overlap(first, second):
            raise SpecError(
                f"two components want one socket: {one} listens at {told(first)}, and {other} at {told(second)}; "
                "give one of them another port or address, or another host"
            )
