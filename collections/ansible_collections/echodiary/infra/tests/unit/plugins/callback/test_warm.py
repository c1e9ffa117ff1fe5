# SPDX-License-Identifier: GPL-3.0-or-later
"""When what is done ahead of the forks is done, and that each part of it can be left out to see what it is worth."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.callback import warm
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import warming

HOST: Any = SimpleNamespace(name="app1")


class Done:
    """What was done, in order; ``new``: whether there is something to make ready."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *parts: str, new: bool = True) -> None:
        self.done: list[str] = []
        monkeypatch.setattr(warm.gc, "freeze", lambda: self.done.append("memory"))
        monkeypatch.setattr(warming.Warming, "before_fork", lambda *_: self.done.append("templates") or new)
        monkeypatch.setattr(warm.bytecode, "keep", lambda: self.done.append("bytecode"))
        self.callback = warm.CallbackModule()
        monkeypatch.setattr(warm.CallbackBase, "set_options", lambda *_: None)
        monkeypatch.setattr(self.callback, "get_option", lambda name: {"parts": list(parts)}[name])
        self.callback.set_options()

    def task(self, action: str) -> list[str]:
        """What a task of a play does on its way to a host."""
        task: Any = SimpleNamespace(action=action)
        self.callback.v2_playbook_on_play_start(SimpleNamespace())  # type: ignore[arg-type]
        self.callback.v2_playbook_on_task_start(task, False)
        self.callback.v2_runner_on_start(HOST, task)
        return self.done


@pytest.mark.parametrize("action", warm.CONVERGE)
def test_what_hosts_have_in_common_is_ready_before_the_fork_and_spared(monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    assert Done(monkeypatch, "templates", "memory").task(action) == ["memory", "templates", "memory"]
    assert Done(monkeypatch, "templates", "memory", new=False).task(action) == ["memory", "templates"]


def test_no_other_task_waits_for_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Done(monkeypatch, "templates", "memory").task("ansible.builtin.debug") == ["memory"]


@pytest.mark.parametrize("part", ["bytecode", "templates", "memory"])
def test_each_part_can_be_left_out(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    others = [other for other in ("bytecode", "templates", "memory") if other != part]
    assert set(Done(monkeypatch, *others).task("converge")) == set(others)


def test_bytecode_is_kept_before_anything_else_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Done(monkeypatch, "bytecode").done == ["bytecode"]
