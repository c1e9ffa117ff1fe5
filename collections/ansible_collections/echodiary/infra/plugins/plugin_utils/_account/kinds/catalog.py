# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds there are, in the order in which they are made: each refers to earlier ones only. They go the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
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

if TYPE_CHECKING:
    from ..model import Kind

KINDS: tuple[Kind, ...] = (
    account_defaults,
    vpc,
    gateway,
    subnet,
    network_acl,
    route_table,
    endpoint,
    security_group,
    packets,
    key,
    lease_table,
    identity_provider,
    role,
    profile,
    log_group,
    registry,
    bucket,
    secret,
    # AWS's authority takes its time, and meanwhile the rest is made
    certificate,
    validation,
    subnet_group,
    database_parameters,
    database,
    cache_subnet_group,
    cache,
    instance,
    address,
    target_group,
    balancer,
    listener,
    record,
    topic,
    subscription,
    metric_filter,
    alarm,
    dashboard,
    budget,
)


def named(name: str) -> Kind:
    return next(kind for kind in KINDS if name == kind.NAME)


def place(name: str) -> int:
    return [kind.NAME for kind in KINDS].index(name)
