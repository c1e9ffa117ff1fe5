# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._kinds.protocol import Call
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import delegated
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import spec


def needs(*changes: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """As a host asks for them: (resource, action)."""
    more = {"origin": "pending", "fields": fields, "diff": "", "why": ""}
    return {"delegated": [{"resource": resource, "action": action, **more} for resource, action in changes]}


def test_nothing_needed_nothing_called() -> None:
    assert list(delegated.calls(needs(), spec(), "apt")) == []


def test_packages_then_users_then_sysctl() -> None:
    asked = needs(("package:a", "install"), ("package:b", "install"), ("user:u", "create"), ("sysctl:k", "update"))
    declared = spec(packages=["a=1", "b", "c"], users=[{"name": "u", "groups": ["g"]}], sysctl={"k": "1"})
    calls = list(delegated.calls(asked, declared, "apt"))
    assert [call.module for call in calls] == ["ansible.builtin.apt", "ansible.builtin.user", "ansible.posix.sysctl"]
    assert calls[0].args["name"] == ["a=1", "b"], "one call for all packages"
    assert calls[1].args["append"], "groups that are not declared stay"
    assert calls[2].args["value"] == "1"


def test_versions_in_the_words_of_the_other_manager() -> None:
    (call,) = delegated.calls(needs(("package:a", "install"), ("package:b", "install")), spec(packages=["a=1-2", "b"]), "dnf")
    assert (call.module, call.args["name"]) == ("ansible.builtin.dnf", ["a-1-2", "b"])


def test_what_has_a_turn_of_its_own_comes_before_or_after_all_others() -> None:
    """Who leaves a group does so while the user is there, and who joins it comes first."""
    asked = needs(("group:g", "update"), ("user:u", "create"), ("sysctl:k", "update"), members=[["old"], ["u"]])
    declared = spec(groups=[{"name": "g", "members": ["u"], "exclusive": True}], users=[{"name": "u"}], sysctl={"k": "1"})
    assert [call.what for call in delegated.calls(asked, declared, "apt")] == [
        "group g lets old go", "user u", "sysctl k", "group g takes in u",
    ]  # fmt: skip


def test_a_failure_ends_with_what_to_do() -> None:
    assert delegated.why_failed(Call("x", "m", {}, (), "do y"), {"msg": "no"}).endswith("no; do y")


def test_a_failure_says_what_was_tried_and_what_the_module_said() -> None:
    call = Call("packages x", "ansible.builtin.apt", {})
    assert "packages x" in delegated.why_failed(call, {"msg": "No package matching 'x'"})
    assert "No package matching" in delegated.why_failed(call, {"msg": "No package matching 'x'"})


def test_what_leaves_is_taken_away_by_the_same_modules() -> None:
    """In the order in which the host asks for it, and of a component that nobody declares any more."""
    asked = needs(("sysctl:k", "remove"), ("user:u", "remove"), ("package:a", "remove"))
    calls = list(delegated.calls(asked, None, "apt"))
    assert [(call.module, call.args["name"], call.args["state"]) for call in calls] == [
        ("ansible.posix.sysctl", "k", "absent"), ("ansible.builtin.user", "u", "absent"), ("ansible.builtin.apt", ["a"], "absent"),
    ]  # fmt: skip


def test_a_kernel_parameter_gets_its_value_back_before_our_line_goes() -> None:
    calls = list(delegated.calls(needs(("sysctl:k", "remove"), running=["1", "0"]), None, "apt"))
    assert [(call.args.get("value"), call.args.get("state")) for call in calls] == [("0", None), (None, "absent")]


def test_a_user_from_before_us_keeps_all_but_what_we_gave_it() -> None:
    asked = needs(("user:u", "restore"), shell=["/bin/bash", "/bin/sh"], groups=[["adm", "docker"], ["adm"]])
    shell, group = delegated.calls(asked, None, "apt")
    assert shell.args == {"name": "u", "shell": "/bin/sh"}
    assert group.args["argv"] == ["gpasswd", "--delete", "u", "docker"]


def test_what_was_not_taken_back_is_told() -> None:
    assert delegated.stays([Call("packages x", "ansible.builtin.apt", {}, ("package x",))]) == [
        "not taken back: package x (ansible.builtin.apt)"
    ]
    assert delegated.stays([Call("dpkg --configure -a", "ansible.builtin.command", {})]) == []
