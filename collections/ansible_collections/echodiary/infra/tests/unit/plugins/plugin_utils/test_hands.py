# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils import _hands

NOTHING: dict[str, Any] = {"packages": [], "users": [], "sysctl": {}}


def test_nothing_needed_nothing_called() -> None:
    assert list(_hands.calls(NOTHING, "apt")) == []


def test_packages_then_users_then_sysctl() -> None:
    needs = {"packages": ["a=1", "b"], "users": [{"name": "u", "groups": ["g"]}], "sysctl": {"k": "1"}}
    calls = list(_hands.calls(needs, "apt"))
    assert [call.module for call in calls] == ["ansible.builtin.apt", "ansible.builtin.user", "ansible.posix.sysctl"]
    assert calls[0].args["name"] == ["a=1", "b"], "one call for all packages"
    assert calls[1].args["append"], "groups that are not declared stay"
    assert calls[2].args["value"] == "1"


def test_versions_in_the_words_of_the_other_manager() -> None:
    (call,) = _hands.calls({**NOTHING, "packages": ["a=1-2", "b"]}, "dnf")
    assert (call.module, call.args["name"]) == ("ansible.builtin.dnf", ["a-1-2", "b"])


def test_a_failure_says_what_was_tried_and_what_the_module_said() -> None:
    call = _hands.Call("packages x", "ansible.builtin.apt", {})
    assert "packages x" in _hands.why_failed(call, {"msg": "No package matching 'x'"})
    assert "No package matching" in _hands.why_failed(call, {"msg": "No package matching 'x'"})
