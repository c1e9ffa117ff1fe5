# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import endpoints

DATABASE = {"DBInstanceIdentifier": "shop-production", "Endpoint": {"Address": "db.example", "Port": 5432}}
NODES = [{"PrimaryEndpoint": {"Address": "cache.example", "Port": 6379}}]
CACHE = {"ReplicationGroupId": "shop-production", "TransitEncryptionEnabled": True, "NodeGroups": NODES}
#: somebody else's
OTHERS = {"rds": {**DATABASE, "DBInstanceIdentifier": "other"}, "elasticache": {**CACHE, "ReplicationGroupId": "other"}}


@pytest.mark.parametrize(
    ("declared", "there", "found"),
    [
        ((True, True), (DATABASE, CACHE), {"database_host": "db.example", "redis_url": "rediss://cache.example:6379/0"}),
        ((True, True), ({**DATABASE, "Endpoint": None}, {**CACHE, "NodeGroups": []}), {}),
        ((True, True), (None, None), {}),
        ((False, False), (DATABASE, CACHE), {}),
        ((False, True), (None, {**CACHE, "TransitEncryptionEnabled": False}), {"redis_url": "redis://cache.example:6379/0"}),
    ],
)
def test_of_what_is_declared_and_is_there(declared: tuple[bool, bool], there: tuple[Any, Any], found: dict[str, str]) -> None:
    answers = dict(zip(("rds", "elasticache"), there, strict=True))
    aws: Any = SimpleNamespace(find=lambda service, *_: [OTHERS[service], *([answers[service]] if answers[service] else [])])
    env: Any = SimpleNamespace(prefix="shop-production", declared=dict(zip(("database", "cache"), declared, strict=True)))
    assert endpoints.read(aws, env) == found
