# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that a deploy declares, as conditions of ``health_gate``: of a slot's own port, and of the edge of each host. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypedDict

if TYPE_CHECKING:
    from ...module_utils._kinds.model import Json
    from .results import Variables

#: keys that a declared request and a condition have in common
_SHARED: Final[tuple[Literal["method", "body", "headers", "json", "timeout"], ...]] = ("method", "body", "headers", "json", "timeout")


class _Asked(TypedDict, total=False):
    method: str
    body: Json
    headers: dict[str, str]
    json: dict[str, Json]
    timeout: float


class Request(_Asked, total=False):
    """As it is declared in an inventory; ``edge``: users may ask it as well."""

    name: str
    path: str
    status: int
    edge: bool


class Condition(_Asked, total=False):
    name: str
    url: str
    status: list[int]


def of_slot(declared: Iterable[Request], port: int | str | None) -> list[Condition]:
    """None of a host without slots (no ``port``)."""
    return [condition(one, f"{one['name']} of the slot", f"http://127.0.0.1:{port}") for one in declared] if port else []


def of_edges(hosts: Mapping[str, str], port: int | str, declared: Iterable[Request], other: Request) -> list[Condition]:
    """Those that the edge answers too (``edge: true``), asked of every host (name -> address); ``other`` where there is none."""
    asked: list[Request] = [one for one in declared if one.get("edge")] or [other]
    return [condition(one, f"{one['name']} of {host}", f"http://{address}:{port}") for host, address in hosts.items() for one in asked]


def addresses(hosts: Iterable[str], hostvars: Mapping[str, Variables]) -> dict[str, str]:
    """As other hosts reach them."""
    return {host: str(hostvars[host].get("private_address") or hostvars[host].get("ansible_host") or host) for host in hosts}


def condition(one: Request, name: str, base: str) -> Condition:
    found: Condition = {"name": name, "url": base + str(one["path"]), "status": [int(one.get("status") or 200)]}
    for key in _SHARED:
        if one.get(key) is not None:
            found[key] = one[key]
    return found
