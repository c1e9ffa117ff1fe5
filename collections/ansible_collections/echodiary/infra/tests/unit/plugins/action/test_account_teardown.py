# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import account_teardown
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import aws
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

HOSTS = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}
DECLARED = {"network": {"cidr": "10.20.0.0/16", "zones": ["a"]}, "hosts": HOSTS, "protected": False}


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any, **__: Any) -> Any:
        raise AssertionError("AWS was asked")

    monkeypatch.setattr(aws.Aws, "client", asked)


def refused(declared: dict[str, Any], check: bool = False, **given: Any) -> str:
    args = {"environment": "staging", "account": "123456789012", "login": {"region": "ap-northeast-2"}, **given}
    return Rig(account_teardown, inventory_hostname="localhost").refused(check=check, declared=declared, **args)


@pytest.mark.parametrize("typed", ["", "production", "Staging", "staging "])
def test_another_name_than_its_own_is_refused_before_aws_is_asked(typed: str) -> None:
    assert "-e confirm=staging" in refused(DECLARED, confirm=typed)


def test_what_is_protected_in_git_is_refused_whatever_was_typed() -> None:
    for check in (False, True):
        assert "protected: false" in refused({**DECLARED, "protected": True}, check, confirm="staging")


def test_a_bad_declaration_is_refused_before_aws_is_asked() -> None:
    assert "hosts" in refused({**DECLARED, "hosts": {}}, confirm="staging")
