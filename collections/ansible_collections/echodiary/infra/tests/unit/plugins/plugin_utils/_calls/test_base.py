# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.echodiary.infra.plugins.plugin_utils._calls import base
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig


class Plain(base.HostCall):
    ARGUMENTS = {"name": {"type": "str", "required": True}, "size": {"type": "int", "default": 3}}  # noqa: RUF012
    RULES = {"required_if": [("name", "big", ["size"])]}  # noqa: RUF012
    PACKAGE = "_silence"


class Patient(Plain):
    BEARABLE = True


class Picky(Patient):
    def _manifest(self, args: dict[str, Any]) -> dict[str, Any]:
        raise SpecError("not this one")


def rig(action: type[base.HostCall], *answers: Any) -> Rig:
    return Rig(SimpleNamespace(ActionModule=action), *answers)  # type: ignore[arg-type]


@pytest.mark.parametrize("check", [False, True])
def test_arguments_are_sent_as_they_were_declared(check: bool) -> None:
    asked = rig(Plain, {"changed": True})
    assert asked.run(check=check, name="x", size="4") == {"changed": True}
    assert (asked.packages, asked.manifest) == (["_silence"], {"name": "x", "size": 4, "check": check})


@pytest.mark.parametrize("given", [{}, {"name": "x", "size": "much"}, {"name": "x", "colour": "red"}])
def test_others_are_refused(given: dict[str, Any]) -> None:
    rig(Plain, {}).refused(**given)


def test_what_the_host_says_is_what_the_task_returns_failed_or_not() -> None:
    assert rig(Plain, {"failed": True, "msg": "x"}).run(name="x") == {"failed": True, "msg": "x"}


def test_a_silent_host_ends_the_task_or_is_a_failed_result() -> None:
    with pytest.raises(AnsibleActionFail, match="sudo: no"):
        rig(Plain, "sudo: no").run(name="x")
    found = rig(Patient, "sudo: no").run(name="x")
    assert (found["failed"], found["changed"]) == (True, False)
    assert "sudo: no" in found["msg"]


def test_what_cannot_be_meant_is_never_borne() -> None:
    assert rig(Picky, {}).refused(name="x") == "not this one"


@pytest.mark.parametrize("together", [{}, {"run_once": True}, {"any_errors_fatal": True}])
def test_where_one_failure_is_everybodys_an_unreachable_host_is_a_failure(together: dict[str, bool]) -> None:
    asked = rig(Patient, {})
    asked.task = together

    def lost(*_: Any, **__: Any) -> dict[str, Any]:
        raise AnsibleConnectionFailure("no route")

    asked._execute = lost  # type: ignore[method-assign]
    if together:
        assert "app1 is unreachable" in asked.run(name="x")["msg"]
    else:
        with pytest.raises(AnsibleConnectionFailure):
            asked.run(name="x")


@pytest.mark.parametrize(("given", "python"), [(None, "/usr/bin/python3"), ("auto_silent", "/usr/bin/python3"), ("/opt/py", "/opt/py")])
def test_the_hosts_python_is_not_asked_for(given: str | None, python: str) -> None:
    commands: list[str] = []
    asked = rig(Plain, {})
    asked.variables["ansible_python_interpreter"] = given
    execute = asked._execute
    asked._execute = lambda command, in_data: commands.append(command) or execute(command, in_data)  # type: ignore[method-assign,func-returns-value]
    asked.run(name="x")
    assert [command.split()[0] for command in commands] == [python]
