# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of calls and hands ends: both halves of converge in one process, with a package manager that is made up."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import health
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import packages, sysctl
from ansible_collections.echodiary.infra.plugins.module_utils._run import main
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import result as outcome
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.loop import Lease, Loop
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge.run import Run
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import spec

#: what installing a package removes
CONFLICTS = {"exim": {"postfix"}, "postfix": {"exim"}, "one": {"three"}, "two": {"one"}, "three": {"two"}}
#: setting one of these clears the other, as the kernel does
TWINS = {"vm.dirty_bytes": "vm.dirty_ratio", "vm.dirty_ratio": "vm.dirty_bytes"}


class Machine:
    """A host on which packages push each other out. ``broken``: packages that install without becoming installed."""

    def __init__(self, here: set[str], broken: set[str]) -> None:
        self.here, self.broken, self.asked = set(here), broken, list[str]()
        self.kernel = {"vm.dirty_bytes": "0", "vm.dirty_ratio": "0"}

    def installed(self, names: list[str], *_: Any) -> dict[str, str]:
        return {name: "1.0" for name in names if name in self.here}

    def parameters(self, keys: list[str], *_: Any) -> dict[str, sysctl.Live]:
        return {key: sysctl.Live(self.kernel[key], self.kernel[key]) for key in keys}

    def execute(self, module_name: str, module_args: dict[str, Any], **_: Any) -> dict[str, Any]:
        assert len(self.asked) < 30, "it goes on for ever"
        name = module_args["name"]
        self.asked.append(f"{module_name} {name}")
        if module_name.endswith("sysctl"):
            self.kernel.update({name: module_args["value"], TWINS[name]: "0"})
            return {}
        for one in name:
            bare = one.partition("=")[0]
            self.here -= CONFLICTS.get(bare, set())
            self.here |= {bare} - self.broken
        return {}


@pytest.fixture
def converged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(health, "wait", lambda look, *_: look())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(main, "LOCK", str(tmp_path / "lock"))
    monkeypatch.setattr(packages, "manager", lambda: "apt")

    def run(*specs: dict[str, Any], here: tuple[str, ...] = (), broken: tuple[str, ...] = ()) -> tuple[dict[str, Any], Machine]:
        machine = Machine(set(here), set(broken))
        monkeypatch.setattr(packages, "installed", machine.installed)
        monkeypatch.setattr(sysctl, "observe", machine.parameters)
        task = SimpleNamespace(check_mode=False)
        action = SimpleNamespace(_task=task, _loader=None, _templar=None, _execute_module=machine.execute)

        def ask(manifest: dict[str, Any]) -> dict[str, Any]:
            return main.run({**manifest, "state_dir": str(tmp_path / "state")})

        answers = Loop(Run(action, {"inventory_hostname": "h"}, ask, str), list(specs), Lease()).until_done()
        return outcome.summary(answers, [one["name"] for one in specs], check=False), machine

    return run


def one_line(result: dict[str, Any]) -> str:
    assert result["failed"]
    assert "\n" not in result["msg"]
    return str(result["msg"])


def test_two_packages_that_push_each_other_out_are_both_named(converged: Any) -> None:
    result, machine = converged(spec("mail", packages=["exim", "postfix"]), here=("postfix",))
    said = one_line(result)
    assert all(name in said for name in ("mail", "package exim", "package postfix", "apt-get install --simulate"))
    assert len(machine.asked) == 2
    assert machine.here == {"postfix"}, "as it was before"


def test_three_in_a_circle(converged: Any) -> None:
    result, machine = converged(spec("ring", packages=["one", "two", "three"]), here=("one", "two"))
    assert "push each other out" in one_line(result)
    assert len(machine.asked) <= 3


def test_a_component_that_removes_what_one_before_it_declares(converged: Any) -> None:
    first, second = spec("old", packages=["exim"]), spec("new", packages=["postfix"])
    result, _ = converged(first, second)
    said = one_line(result)
    assert all(name in said for name in ("old", "new", "package exim", "package postfix"))
    assert [one["status"] for one in result["components"]] == ["changed", "failed"]


def test_kernel_parameters_that_clear_each_other(converged: Any) -> None:
    result, machine = converged(spec("disk", sysctl={"vm.dirty_bytes": "4096", "vm.dirty_ratio": "10"}))
    assert all(name in one_line(result) for name in ("vm.dirty_bytes", "vm.dirty_ratio"))
    assert len(machine.asked) <= 4


def test_what_a_hand_does_not_bring_is_said_with_where_to_look(converged: Any) -> None:
    result, machine = converged(spec("web", packages=["tree=9.*"]), broken=("tree",))
    assert "apt-cache policy tree" in one_line(result)
    assert len(machine.asked) == 1


def test_components_that_bear_each_other_are_as_before(converged: Any) -> None:
    result, machine = converged(spec("a", packages=["x", "y"]), spec("b", packages=["z", "x"]), spec("c", packages=["w"]))
    assert not result["failed"], result["msg"]
    assert [one["status"] for one in result["components"]] == ["changed"] * 3
    assert machine.here == {"x", "y", "z", "w"}
