# SPDX-License-Identifier: GPL-3.0-or-later
"""It is begun at once, and whatever is wrong is an answer. What it finds in an account: tests/integration/gitops/test_account.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible_collections.echodiary.infra.plugins.action import account_look
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import beside
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

NETWORK = {"cidr": "10.20.0.0/16", "zones": ["a"]}
HOSTS = {"app1": {"role": "app", "type": "t4g.small", "zone": "a"}}


def answer(declared: dict[str, Any], place: Path, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Any:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(place))
    args = {"environment": "production", "account": "123456789012", "login": {"region": "ap-northeast-2"}, **given}
    began = Rig(account_look, inventory_hostname="app1", hostvars={}, groups={"all": ["app1"]}).run(declared=declared, **args)
    assert not began["changed"]
    return beside.heard(began["answer"], began["began"])


def test_a_bad_declaration_is_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "hosts" in answer({"network": NETWORK, "hosts": {}}, tmp_path, monkeypatch)["msg"]


def test_what_nobody_has_thought_of_is_the_answer_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The inventory of this task is none."""
    assert "could not be judged" in answer({"network": NETWORK, "hosts": HOSTS}, tmp_path, monkeypatch)["msg"]
