# SPDX-License-Identifier: GPL-3.0-or-later
"""What it does with hosts is tried in tests/integration/account/test_reach.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.echodiary.infra.plugins.action import host_keys
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import aws
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

DECLARED = {"network": {"cidr": "10.20.0.0/16", "zones": ["a"]}, "hosts": {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}}
GIVEN: dict[str, Any] = {"environment": "production", "account": "123456789012", "login": {"region": "ap-northeast-2"}}


def run(monkeypatch: pytest.MonkeyPatch, place: Path, found: list[Any], **given: Any) -> dict[str, Any]:
    """Of an account with these instances, of which nobody is asked for more."""
    monkeypatch.setattr(aws.Aws, "find", lambda _, service, *__, **___: found if service == "ec2" else pytest.fail("asked"))
    return Rig(host_keys, ansible_inventory_sources=[str(place)]).run(declared=DECLARED, **{**GIVEN, **given})


APP1 = {"InstanceId": "i-0a1", "State": {"Name": "running"}, "PrivateIpAddress": "10.20.0.5", "Tags": [{"Key": "Name", "Value": "app1"}]}


def test_a_check_predicts_and_writes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, tmp_path, [APP1], check=True)["changed"]
    assert not run(monkeypatch, tmp_path, [], check=True)["changed"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("one", [{**APP1, "State": {"Name": "stopped"}}, {**APP1, "Tags": [{"Key": "Name", "Value": "another"}]}])
def test_who_does_not_run_or_is_not_declared_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, one: Any) -> None:
    assert not run(monkeypatch, tmp_path, [one])["changed"]


def test_a_bad_declaration_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="aws_account"):
        run(monkeypatch, tmp_path, [], account="12")
