# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment that has something of each kind, and no more."""

from __future__ import annotations

from typing import Any

from tests.integration.account.environment import Environment

DOMAIN = "diary.example.com"


def zone(env: Environment) -> str:
    """The owner's, made once: its id."""
    route53 = env.client("route53")
    found = route53.list_hosted_zones_by_name(DNSName="example.com.")["HostedZones"]
    made = found[0] if found else route53.create_hosted_zone(Name="example.com.", CallerReference="owner")["HostedZone"]
    return str(made["Id"]).rpartition("/")[2]


def whole(env: Environment) -> dict[str, Any]:
    return {
        "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a", "fixed_address": True}},
        "database": {},
        "cache": {},
        "balancer": {"domain": DOMAIN, "zone_id": zone(env)},
    }
