# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused by construction, before anything is asked of AWS. An exception stands in the declaration, with its reason. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._common.errors import SpecError
from . import model, rights
from .kinds import bucket, instance, packets, role, security_group

if TYPE_CHECKING:
    from .declaration import Environment
    from .model import Wanted

#: what the world may ask hosts for
PUBLIC_PORTS = (80, 443)
#: field, of whichever kind -> its guard, which of its values are refused, and why
_UNENCRYPTED = ("unencrypted", lambda value: value is False, "what it holds would be unencrypted")
_FIELDS: dict[str, tuple[str, Callable[[Any], bool], str]] = {
    "encrypted": _UNENCRYPTED,
    "disk_encrypted": _UNENCRYPTED,
    "disks_encrypted": _UNENCRYPTED,
    "metadata_tokens": ("imds-v1", lambda value: value != "required", "whoever makes a host ask a URL would have its role (IMDSv1)"),
    "public": ("public-database", lambda value: value is True, "it would have a public address"),
    "backup_days": ("no-backups", lambda value: value == 0, "without backups (backup_days: 0) nothing brings back what is lost"),
    "public_access_blocked": ("open-bucket", lambda value: set(value) != set(bucket.BLOCKS), "people could let the public in"),
}


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
        if one.resource.kind == role.NAME:
            yield from _of_role(one)
        yield from _of_fields(one)


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


def _may_be_public(env: Environment, one: Wanted, port: object) -> bool:
    """Where there is a load balancer, nobody comes past it."""
    balancers = [env.called(security_group.BALANCER)] if env.declared["balancer"] else []
    return port in PUBLIC_PORTS and (not balancers or one.resource.name in balancers)


def _of_packets(env: Environment, one: Wanted) -> Iterator[Finding]:
    for rule in cast("list[dict[str, Any]]", one.fields["in"]):
        if _is_world(rule["with"]) and not _may_be_public(env, one, rule["port"]):
            yield Finding("open-to-the-world", one.resource, f"port {rule['port']} would be open to the world ({rule['with']})")
        if rule["port"] == 22 and not env.ssh_from:
            yield Finding("ssh-beside-ssm", one.resource, "port 22 would be open, and access is ssm")


def _of_fields(one: Wanted) -> Iterator[Finding]:
    for field, (guard, is_wrong, why) in _FIELDS.items():
        if field in one.fields and is_wrong(one.fields[field]):
            yield Finding(guard, one.resource, why)


def _of_role(one: Wanted) -> Iterator[Finding]:
    own = [statement for document in one.fields["inline"].values() for statement in document["Statement"]]
    if any(statement["Effect"] == "Allow" and "*" in _words(statement["Action"]) for statement in own):
        yield Finding("everything-allowed", one.resource, "it would be allowed everything (Action: '*')")
    for statement in one.fields["trust"]["Statement"]:
        if "sts:AssumeRoleWithWebIdentity" in _words(statement["Action"]) and not _names_who(statement):
            yield Finding("trusts-anybody", one.resource, f"workflows of any repository could have it ({rights.GITHUB}:sub is not said)")


def _names_who(statement: rights.Document) -> bool:
    said = statement.get("Condition", {}).get("StringEquals", {}).get(f"{rights.GITHUB}:sub")
    return bool(said) and "*" not in said


def _words(one: str | list[str]) -> list[str]:
    return [one] if isinstance(one, str) else one


def check_overlap(env: Environment, networks: Iterable[tuple[str, str]]) -> None:
    """``networks``: id and range of what else is in the account. Two that overlap can never be joined."""
    mine = ipaddress.ip_network(env.declared["network"]["cidr"])
    for name, cidr in networks:
        if mine.overlaps(ipaddress.ip_network(cidr)):
            raise SpecError(f"aws_environment.network.cidr: {mine} overlaps {cidr} of {name} in the same account; declare another range")
