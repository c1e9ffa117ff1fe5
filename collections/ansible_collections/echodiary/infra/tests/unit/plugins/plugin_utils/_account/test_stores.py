# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.kinds import packets, security_group
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Ref
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .example import ACCOUNT, REGION, environment, given


def test_what_is_not_said_has_its_default() -> None:
    declared = environment(database={"storage": "50"}, cache={}).declared
    assert declared["database"] == {
        "class": "db.t4g.micro",
        "storage": 50,
        "storage_max": 100,
        "backup_days": 7,
        "multi_az": False,
        "version": "17",
    }
    assert declared["cache"] == {"engine": "valkey", "node": "cache.t4g.micro", "version": "8.0"}


@pytest.mark.parametrize("none", [{"database": False, "cache": False}, {"database": None, "cache": None}])
def test_there_may_be_none(none: dict[str, Any]) -> None:
    env = environment(**none)
    assert env.stores == {} and env.declared["database"] is None and env.declared["cache"] is None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"database": True}, "database: has to be a mapping"),
        ({"database": {"clas": "db.t4g.micro"}}, "clas"),
        ({"database": {"class": "t4g.micro"}}, "database.class: 't4g.micro'"),
        ({"database": {"storage": 10}}, "storage: 10 has to be 20 to 399"),
        ({"database": {"storage": 500, "storage_max": 1000}}, "storage: 500"),
        ({"database": {"storage": 100}}, "storage_max: 100"),
        ({"database": {"storage_max": 70000}}, "storage_max: 70000"),
        ({"database": {"backup_days": 36}}, "backup_days: 36"),
        ({"database": {"backup_days": -1}}, "backup_days: -1"),
        ({"database": {"version": "17.4"}}, "version: '17.4'"),
        ({"database": {"multi_az": "perhaps"}}, "multi_az"),
        ({"database": {}, "network": {"cidr": "10.20.0.0/16", "zones": ["c"]}}, "two zones"),
        ({"cache": "valkey"}, "cache: has to be a mapping"),
        ({"cache": {"engine": "memcached"}}, "memcached"),
        ({"cache": {"node": "t4g.micro"}}, "cache.node: 't4g.micro'"),
        ({"cache": {"version": "8"}}, "cache.version: '8'"),
        ({"database": {}, "project": "echo--diary"}, "echo--diary-production"),
        ({"cache": {}, "project": "a-very-long-project"}, None),
        ({"database": {}, "role": "database"}, "role database"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(changed: dict[str, Any], named: str | None) -> None:
    hosts = {"app1": {"role": changed.pop("role", "app"), "type": "t4g.small", "zone": "c"}}
    if named is None:
        assert environment(**changed).stores
        return
    with pytest.raises(SpecError) as refused:
        environment(hosts=hosts, **changed)
    assert named in str(refused.value) and "\n" not in str(refused.value)


def test_a_name_that_elasticache_does_not_take_is_refused() -> None:
    with pytest.raises(SpecError, match="up to 40 characters"):
        declaration.read(given(project="abcdefghijklmnopqrstu", cache={}), "abcdefghijklmnopqrstu", ACCOUNT, REGION, {})


def test_hosts_alone_ask_database_and_cache_which_ask_nobody() -> None:
    env = environment(database={}, cache={})
    rules = {one.resource.name: one.fields for one in packets.declared(env)}
    for store, port in (("database", 5432), ("cache", 6379)):
        found = rules[f"echodiary-production-{store}"]
        assert [(rule["port"], rule["with"].name) for rule in found["in"]] == [
            (port, "echodiary-production-app"),
            (port, "echodiary-production-monitoring"),
        ]
        assert found["out"] == [] and all(rule["with"] == Ref("security_group", rule["with"].name) for rule in found["in"])
    assert {"echodiary-production-database", "echodiary-production-cache"} <= {one.resource.name for one in security_group.declared(env)}
