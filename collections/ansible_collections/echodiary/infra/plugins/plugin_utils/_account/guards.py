# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused by construction, before anything is asked of AWS. An exception stands in the declaration, with its reason. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._common.errors import SpecError
from . import model
from .kinds import instance, packets

if TYPE_CHECKING:
    from .declaration import Environment
    from .model import Wanted

#: what the world may ask hosts for
PUBLIC_PORTS = (80, 443)


class Finding(NamedTuple):
    """``guard``: its name in ``aws_environment.allowed``."""

    guard: str
    resource: model.Resource
    why: str


def check(env: Environment, wanted: Iterable[Wanted]) -> None:
    """SpecError for the first thing that is refused and not allowed."""
    allowed = {(one["guard"], one["resource"]) for one in env.declared["allowed"]}
    for one in _findings(env, list(wanted)):
        if (one.guard, str(one.resource)) not in allowed:
            raise SpecError(
                f"{one.resource}: {one.why}; correct the declaration, or let it be with aws_environment.allowed: "
                f"[{{guard: {one.guard}, resource: '{one.resource}', reason: '…'}}]"
            )


def _findings(env: Environment, wanted: list[Wanted]) -> Iterator[Finding]:
    yield from _of_access(env, wanted)
    for one in wanted:
        if one.resource.kind == packets.NAME:
            yield from _of_packets(env, one)
        yield from _of_data(one)


def _of_access(env: Environment, wanted: list[Wanted]) -> Iterator[Finding]:
    """Without Session Manager a host is reached by ssh or by nobody."""
    if not env.ssh_from:
        return
    for one in wanted:
        if one.resource.kind == packets.NAME and one.resource.name in map(env.called, env.roles) and not _lets_in(one, env.ssh_from):
            why = "access is ssh_from, and none of its components lets operators in (listens, from: [operators], as baseline's port 22)"
            yield Finding("nobody-gets-in", one.resource, f"{why}: nobody could reach its hosts")
        if one.resource.kind == instance.NAME and not env.admin_keys:
            why = "access is ssh_from, and baseline_admin_keys names no key that it would let in"
            yield Finding("nobody-gets-in", one.resource, f"{why}: nobody could log in")


def _lets_in(one: Wanted, networks: list[str]) -> bool:
    return any(rule["with"] in networks for rule in cast("list[dict[str, Any]]", one.fields["in"]))


def _is_world(other: object) -> bool:
    """Everybody, or a share of everybody that nobody can own."""
    if not isinstance(other, str):
        return False
    network = ipaddress.ip_network(other)
    return network.prefixlen < (8 if network.version == 4 else 16)


def _of_packets(env: Environment, one: Wanted) -> Iterator[Finding]:
    for rule in cast("list[dict[str, Any]]", one.fields["in"]):
        if _is_world(rule["with"]) and rule["port"] not in PUBLIC_PORTS:
            yield Finding("open-to-the-world", one.resource, f"port {rule['port']} would be open to the world ({rule['with']})")
        if rule["port"] == 22 and not env.ssh_from:
            yield Finding("ssh-beside-ssm", one.resource, "port 22 would be open, and access is ssm")


def _of_data(one: Wanted) -> Iterator[Finding]:
    fields = one.fields
    if fields.get("encrypted") is False:
        yield Finding("unencrypted", one.resource, "what it holds would be unencrypted")
    if fields.get("public") is True:
        yield Finding("public-database", one.resource, "it would have a public address")
    if fields.get("backup_days") == 0:
        yield Finding("no-backups", one.resource, "without backups (backup_days: 0) nothing brings back what is lost")


def check_overlap(env: Environment, networks: Iterable[tuple[str, str]]) -> None:
    """``networks``: id and range of what else is in the account. Two that overlap can never be joined."""
    mine = ipaddress.ip_network(env.declared["network"]["cidr"])
    for name, cidr in networks:
        if mine.overlaps(ipaddress.ip_network(cidr)):
            raise SpecError(f"aws_environment.network.cidr: {mine} overlaps {cidr} of {name} in the same account; declare another range")
