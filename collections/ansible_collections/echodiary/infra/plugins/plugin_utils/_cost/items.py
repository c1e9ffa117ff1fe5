# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a resource is paid for, from its fields: the same whether it is declared or seen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from .._account import metrics
from .._account.kinds import (
    account_defaults,
    address,
    alarm,
    balancer,
    bucket,
    budget,
    cache,
    cache_subnet_group,
    certificate,
    dashboard,
    database,
    database_parameters,
    endpoint,
    gateway,
    identity_provider,
    instance,
    key,
    lease_table,
    listener,
    log_group,
    metric_filter,
    network_acl,
    packets,
    profile,
    record,
    registry,
    role,
    route_table,
    secret,
    security_group,
    subnet,
    subnet_group,
    subscription,
    target_group,
    topic,
    validation,
    vpc,
)


class Item(NamedTuple):
    """``what``: the price's name; ``quantity``: how many of its unit, a month of hours is one."""

    what: str
    quantity: Decimal


#: an endpoint is the gateway to S3, and an address is paid for with its host. Certificates of AWS's own authority cost nothing; the zone is
#: its owner's, and questions that an alias of a load balancer answers are free. So are three dashboards of an account, budgets that only
#: write, and a topic's first thousand mails a month
FREE = frozenset(
    kind.NAME
    for kind in (
        *(account_defaults, vpc, gateway, subnet, network_acl, route_table, endpoint, security_group, packets, identity_provider, role),
        *(profile, subnet_group, database_parameters, cache_subnet_group, address, certificate, validation, target_group, listener, record),
        *(topic, subscription, dashboard, budget),
    )
)
#: nothing while nobody uses them
BY_USE = frozenset(kind.NAME for kind in (lease_table, log_group, registry, bucket))
_ONE = Decimal(1)
#: by the agent of hosts
_SENT = (metrics.MEMORY, metrics.DISK)


def of(kind: str, fields: Mapping[str, Any]) -> list[Item]:
    """A kind that nobody has told here what it costs is one item without a price."""
    if kind in FREE or kind in BY_USE:
        return []
    return _PAID[kind](fields) if kind in _PAID else [Item(kind, _ONE)]


def host(kind: str, disk: int) -> list[Item]:
    return [Item(f"instance {kind}", _ONE), Item("disk", Decimal(disk)), Item("public address", _ONE)]


def _instance(fields: Mapping[str, Any]) -> list[Item]:
    """One that is stopped has its disk, and no public address."""
    every = host(fields["type"], fields["disk"] or 0)
    return every if fields.get("running", True) else [one for one in every if one.what == "disk"]


def _database(fields: Mapping[str, Any]) -> list[Item]:
    """In two zones it is stored twice. AWS keeps its master password in a secret of its own."""
    twice = bool(fields["multi_az"])
    return [
        Item(f"database {fields['class']}{' in two zones' if twice else ''}", _ONE),
        Item("database storage", Decimal(fields["storage"] or 0) * (2 if twice else 1)),
        Item("secret", _ONE),
    ]


def _cache(fields: Mapping[str, Any]) -> list[Item]:
    return [Item(f"cache {fields['engine']} {fields['node']}", _ONE)]


def _balancer(fields: Mapping[str, Any]) -> list[Item]:
    """With a public address in each of its zones."""
    return [Item("load balancer", _ONE), Item("public address", Decimal(len(fields["subnets"])))]


def _alarm(fields: Mapping[str, Any]) -> list[Item]:
    """Paid for each metric that it looks at. A host's agent sends what it is for: one metric is one alarm's."""
    every = fields["metrics"]
    sent = sum(one["name"] in _SENT for one in every)
    return [Item("alarm", Decimal(len(every))), *([Item("custom metric", Decimal(sent))] if sent else [])]


_PAID: dict[str, Callable[[Mapping[str, Any]], list[Item]]] = {
    instance.NAME: _instance,
    database.NAME: _database,
    cache.NAME: _cache,
    balancer.NAME: _balancer,
    secret.NAME: lambda fields: [Item("secret", _ONE)] if fields.get("there", True) else [],
    key.NAME: lambda _fields: [Item("key", _ONE)],
    alarm.NAME: _alarm,
    metric_filter.NAME: lambda _fields: [Item("custom metric", _ONE)],
}
