# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import declaration
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError

from .example import ACCOUNT, REGION, environment, given


def test_what_is_not_said_has_its_default() -> None:
    env = environment()
    assert (env.prefix, env.roles, env.ssh_from) == ("echodiary-production", ["app", "monitoring"], [])
    assert env.declared["hosts"]["app1"]["disk"] == 20


def test_a_zone_keeps_its_ranges_whichever_others_there_are() -> None:
    alone = environment(
        network={"cidr": "10.20.0.0/16", "zones": ["c"]}, database=False, hosts={"app1": {"role": "app", "type": "t4g.small", "zone": "c"}}
    )
    assert list(alone.zones()) == [("c", "10.20.32.0/20", "10.20.160.0/20")]
    assert list(environment().zones())[1] == next(alone.zones())


def test_ranges_do_not_overlap() -> None:
    env = environment(network={"cidr": "10.20.0.0/24", "zones": list("abcdefgh")})
    ranges = [one for _, public, private in env.zones() for one in (public, private)]
    assert len(set(ranges)) == 16 and all(one.endswith("/28") for one in ranges)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"network": {"zones": ["a"]}}, "cidr"),
        ({"network": {"cidr": "10.20.0.0/16", "zones": []}}, "zones"),
        ({"network": {"cidr": "10.20.0.0/16", "zones": ["a", "a"]}}, "zones"),
        ({"network": {"cidr": "10.20.0.1/16", "zones": ["a"]}}, "cidr"),
        ({"network": {"cidr": "8.8.0.0/16", "zones": ["a"]}}, "private"),
        ({"network": {"cidr": "10.0.0.0/8", "zones": ["a"]}}, "/16 to /24"),
        ({"network": {"cidr": "fd00::/56", "zones": ["a"]}}, "IPv4"),
        ({"network": {"cidr": "10.20.0.0/16", "zones": ["a", "c"], "egress": "everywhere"}}, "egress"),
        ({"hosts": {}}, "hosts"),
        ({"hosts": {"App 1": {"role": "app", "type": "t4g.small", "zone": "a"}}}, "hosts.App 1"),
        ({"hosts": {"aws": {"role": "app", "type": "t4g.small", "zone": "a"}}}, "another name"),
        ({"watcher": {"role": "database"}}, "watcher.role"),
        ({"watcher": {"role": "app", "write": True}}, "write"),
        ({"watcher": True}, "watcher"),
        ({"hosts": {"app1": {"role": "a-b", "type": "t4g.small", "zone": "a"}}}, "role"),
        ({"hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "b"}}}, "zone"),
        ({"hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a", "disc": 20}}}, "disc"),
        ({"hosts": {"app1": None}}, "role"),
        ({"hosts": ["app1"]}, "hosts"),
        ({"access": "ssh"}, "access"),
        ({"access": {"ssh_from": []}}, "access"),
        ({"access": {"ssh_from": ["office"]}}, "ssh_from"),
        ({"project": "Echo Diary"}, "project"),
        ({"netwrok": {}}, "netwrok"),
        ({"hosts": {"app1": {"role": "app", "type": "t3.small", "zone": "a"}}}, "x86_64"),
        ({"hosts": {"app1": {"role": "app", "type": "small", "zone": "a"}}}, "type"),
        ({"architecture": "riscv"}, "architecture"),
        ({"logs_days": 10}, "logs_days"),
        ({"github": {"repository": "echodiary"}}, "github.repository"),
        ({"github": {"repository": "a/b", "roles": ["admin"]}}, "roles"),
        ({"images": {"repository": "Echo Diary"}}, "images.repository"),
        ({"buckets": {"Backups": {}}}, "buckets.Backups"),
        ({"buckets": {"backups": {"days": 1}}}, "days"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(SpecError) as refused:
        environment(**changed)
    assert named in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(("account", "region"), [("12345", REGION), ("", REGION), (ACCOUNT, "seoul"), (ACCOUNT, "")])
def test_account_and_region_have_to_be_ones(account: str, region: str) -> None:
    with pytest.raises(SpecError, match=r"aws_(account|region)"):
        declaration.read(given(), "production", account, region, {})


def test_text_is_converted_once() -> None:
    hosts = {"app1": {"role": "app", "type": "t4g.small", "zone": "a", "disk": "30"}}
    assert environment(hosts=hosts).declared["hosts"]["app1"]["disk"] == 30


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [("t4g.small", "arm64"), ("c7gn.large", "arm64"), ("a1.medium", "arm64"), ("t3.small", "x86_64"), ("g4dn.xlarge", "x86_64")],
)
def test_the_architecture_is_told_from_the_type(kind: str, architecture: str) -> None:
    hosts = {"app1": {"role": "app", "type": kind, "zone": "a"}}
    assert environment(hosts=hosts, architecture=architecture).declared["architecture"] == architecture
