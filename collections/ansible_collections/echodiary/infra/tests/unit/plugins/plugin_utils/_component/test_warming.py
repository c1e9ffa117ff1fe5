# SPDX-License-Identifier: GPL-3.0-or-later
"""Ahead of the forks: what the hosts of a task have in common is ready afterwards, once per kind of host, and nothing is ever told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.template import trust_as_template
from ansible.vars.manager import VariableManager
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import templates
from ansible_collections.echodiary.infra.plugins.plugin_utils._component.warming import Warming

THEIR_OWN = trust_as_template("{{ components }}")
INVENTORY = """---
all:
  children:
    web: {hosts: {a: , b: }, vars: {components: [one]}}
    data: {hosts: {c: }, vars: {components: [one, two]}}
    odd: {hosts: {d: }, vars: {components: "{{ nowhere }}"}}
    absent: {hosts: {e: }, vars: {components: [missing, two]}}
"""


class Fleet:
    """Hosts in groups with components of their own, and a play for them."""

    def __init__(self, place: Path) -> None:
        for name in ("one", "two"):
            tree = place / "roles" / name / "tree"
            tree.mkdir(parents=True)
            (tree / "a.j2").write_text(f"{name} {{{{ word }}}}", encoding="utf-8")
            (tree.parent / "component.yml").write_text("---\n{}\n", encoding="utf-8")
        (place / "hosts.yml").write_text(INVENTORY, encoding="utf-8")
        self.loader = DataLoader()
        self.loader.set_basedir(str(place))
        self.inventory = InventoryManager(self.loader, sources=[str(place / "hosts.yml")])
        self.variables = VariableManager(self.loader, self.inventory)
        self.play = Play.load({"name": "p", "hosts": "all", "tasks": []}, self.variables, self.loader)
        self.warming = Warming()
        templates._compiled.clear()

    def before(self, host: str, components: Any = THEIR_OWN) -> bool:
        task = Task()
        task.args = {"components": components}
        return self.warming.before_fork(task, self.inventory.get_host(host), self.play)

    def compiled(self) -> list[str]:
        return sorted(text.split()[0] for text, _ in templates._compiled if "word" in text)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def test_a_literal_list(fleet: Fleet) -> None:
    assert fleet.before("a", ["two"])
    assert fleet.compiled() == ["two"]


def test_the_variables_of_the_host_say_which(fleet: Fleet) -> None:
    assert fleet.before("a")
    assert fleet.compiled() == ["one"]
    assert fleet.before("c")
    assert fleet.compiled() == ["one", "two"]
    assert not fleet.before("b")


def test_nothing_is_told_about_what_is_wrong(fleet: Fleet) -> None:
    assert not fleet.before("d")
    assert not fleet.before("e")
    assert fleet.compiled() == []
