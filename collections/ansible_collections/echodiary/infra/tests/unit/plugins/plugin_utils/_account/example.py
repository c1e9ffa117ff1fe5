# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment as people declare one."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.declaration import Environment

ACCOUNT, REGION = "123456789012", "ap-northeast-2"
LISTENS: dict[str, Any] = {
    "app": [{"port": 80, "protocol": "tcp", "address": "*", "from": ["edge", "monitoring", "host"], "for": "users"}],
    "monitoring": [
        {"port": 9100, "protocol": "tcp", "address": "*", "from": ["monitoring"], "for": "metrics"},
        {"port": 9090, "protocol": "tcp", "address": "127.0.0.1", "from": ["host"], "for": "admin"},
        {"port": 22, "protocol": "tcp", "address": "*", "from": ["operators"], "for": "admin"},
    ],
}


BALANCER: dict[str, Any] = {"domain": "diary.example.com", "zone_id": "Z0123456789ABC"}
#: what need not be declared
EVERYTHING: dict[str, Any] = {
    "images": {"repository": "echodiary", "mutable_tags": ["buildcache"]},
    "buckets": {"backups": {}},
    "github": {"repository": "owner/echodiary"},
    "key": True,
    "balancer": BALANCER,
    "watching": {"email": ["ops@example.com"], "serving": ["app", "monitoring"]},
    "budget": {"monthly_usd": 120},
    "hosts": {
        "app1": {"role": "app", "type": "t4g.small", "zone": "a"},
        "mon1": {"role": "monitoring", "type": "t4g.small", "zone": "c", "fixed_address": True},
    },
}


def given(**changed: Any) -> dict[str, Any]:
    hosts = {
        "app1": {"role": "app", "type": "t4g.small", "zone": "a"},
        "mon1": {"role": "monitoring", "type": "t4g.small", "zone": "c"},
    }
    return {"network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"]}, "hosts": hosts, "database": {}, "cache": {}, **changed}


def environment(listens: dict[str, Any] | None = None, **changed: Any) -> Environment:
    return declaration.read(given(**changed), "production", ACCOUNT, REGION, LISTENS if listens is None else listens)
