# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports are declared where a component is, and its README tells the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import listens

from tests.lint import roles, sockets
from tests.lint.yaml_files import load

COLLECTION = Path(__file__).parents[2] / "collections/ansible_collections/echodiary/infra"
COMPONENTS = [role for role in roles.roles(COLLECTION) if role.name not in roles.WORKFLOWS]


@pytest.mark.parametrize("role", COMPONENTS, ids=lambda role: role.name)
def test_what_a_component_listens_on_is_declared_and_told(role: Path) -> None:
    assert sockets.problems(role) == []


def test_all_components_fit_on_one_host() -> None:
    found = {role.name: sockets.with_defaults(role, load(role / "component.yml")) for role in COMPONENTS}
    listens.check_clashes([{"name": name, "listens": entries} for name, entries in found.items()])  # type: ignore[typeddict-item]
    assert {22, 80, 8001, 8002, 8404, 9090, 9100} <= {entry["port"] for entries in found.values() for entry in entries}


def test_a_readme_that_tells_another_port_is_found(tmp_path: Path) -> None:
    (tmp_path / "defaults").mkdir()
    (tmp_path / "defaults/main.yml").write_text("x_port: 81\n")
    (tmp_path / "component.yml").write_text("listens: [{port: '{{ x_port }}', from: [edge], for: users}]\n")
    for port, wrong in ((80, True), (81, False)):
        (tmp_path / "README.md").write_text(f"# x\n\n{sockets.HEAD}| `*:{port}` | tcp | edge | users |\n")
        assert bool(sockets.problems(tmp_path)) is wrong
    (tmp_path / "component.yml").write_text("units: {}\n")
    assert sockets.problems(tmp_path)
