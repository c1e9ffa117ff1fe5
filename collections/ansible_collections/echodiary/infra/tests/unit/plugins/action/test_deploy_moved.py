# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import deploy_moved
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

MOVED = {"changed": True, "release": {"previous": {"image": "r/d:v1"}}}
HOSTS: dict[str, Any] = {"app2": {"deploy_rolled": MOVED, "deploy_roll": {"skipped": True}}, "app1": {"deploy_roll": MOVED}, "app3": {}}


def rig() -> Rig:
    return Rig(deploy_moved, hostvars=HOSTS, ansible_play_hosts_all=["app2", "app1", "app3"])


def test_who_got_something_new_and_what_each_goes_back_to() -> None:
    assert rig().run() == {"changed": False, "hosts": ["app1", "app2"], "images": {"app1": "r/d:v1", "app2": "r/d:v1"}, "unwell": ""}


def test_a_restart_moves_nobody() -> None:
    assert rig().run(kind="restart")["hosts"] == []


def test_another_kind_is_refused() -> None:
    rig().refused(kind="other")
