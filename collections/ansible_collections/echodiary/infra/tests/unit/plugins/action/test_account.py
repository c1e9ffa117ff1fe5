# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import account
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import aws
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

NETWORK = {"cidr": "10.20.0.0/16", "zones": ["a"]}
HOSTS = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}
DECLARED = {"network": NETWORK, "hosts": HOSTS}


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("AWS was asked")

    monkeypatch.setattr(aws.Aws, "client", asked)


def refused(declared: dict[str, Any], hosts: tuple[str, ...] = ("app1",), **given: Any) -> str:
    inventory = {"groups": {"all": [*hosts]}, "hostvars": {"app1": {"components": []}}, "inventory_hostname": "localhost"}
    args = {"environment": "production", "account": "123456789012", "login": {"region": "ap-northeast-2"}, **given}
    return Rig(account, **inventory).refused(declared=declared, **args)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"network": {**NETWORK, "cidr": "10.0.0.0/8"}, "hosts": HOSTS}, "network.cidr"),
        ({"network": NETWORK, "hosts": {}}, "hosts"),
        ({"hosts": HOSTS}, "network"),
        ({**DECLARED, "acces": "ssm"}, "acces"),
    ],
)
def test_a_bad_declaration_is_refused_before_aws_is_asked(given: dict[str, Any], named: str) -> None:
    assert named in refused(given)


def test_a_bad_account_is_refused_before_aws_is_asked() -> None:
    assert "aws_account" in refused(DECLARED, account="12345")


def test_a_host_that_the_inventory_does_not_know_is_named() -> None:
    assert "app2" in refused({**DECLARED, "hosts": {**HOSTS, "app2": HOSTS["app1"]}})


def test_no_host_has_the_name_that_the_account_has_in_reports() -> None:
    assert "aws_environment.hosts.aws" in refused({**DECLARED, "hosts": {"aws": HOSTS["app1"]}}, hosts=("aws",))
    assert "host aws" in refused(DECLARED, hosts=("app1", "aws"))
    assert "host aws" in refused(DECLARED, hosts=("app1", "aws"), only="lease_table")


def test_what_aws_is_asked_with_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    for name in [one for one in sys.modules if "._account" in one]:
        monkeypatch.delitem(sys.modules, name)
    assert "pip install boto3" in refused(DECLARED)
