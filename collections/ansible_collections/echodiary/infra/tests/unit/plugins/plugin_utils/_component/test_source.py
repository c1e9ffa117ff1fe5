# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import py_compile
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import source as sources


@pytest.fixture
def role(tmp_path: Path) -> Path:
    role = tmp_path / "roles" / "demo"
    (role / "tree/etc/x").mkdir(parents=True)
    (role / "component.yml").write_text("---\npackages: [a]\n")
    (role / "tree/etc/x/a").write_text("a")
    return role


def load(role: Path) -> sources.Source:
    return sources.load(role.name, str(role.parent.parent), DataLoader())


def test_a_role_beside_the_playbook(role: Path) -> None:
    found = load(role)
    assert (found.name, found.path, found.spec) == ("demo", str(role), {"packages": ["a"]})
    assert (found.defaults, found.argument_spec) == ({}, {})
    assert sources.tree_files(found) == ["etc/x/a"]


def test_a_role_of_this_collection_by_either_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sources.find("haproxy", str(tmp_path)) == sources.find("echodiary.infra.haproxy", str(tmp_path))


@pytest.mark.parametrize("name", ["no_such_component", "no.such.component", "echodiary.infra.no_such"])
def test_an_unknown_component_is_one_line_that_says_where_it_was_looked_for(name: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        sources.find(name, str(tmp_path))
    assert f"unknown component '{name}'" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_a_link_that_leads_out_of_the_tree_is_refused(role: Path, tmp_path: Path, kind: str) -> None:
    outside = tmp_path / "outside"
    if kind == "directory":
        outside.mkdir()
    else:
        outside.write_text("x")
    (role / "tree/etc/x/escape").symlink_to(outside)
    with pytest.raises(SpecError, match="tree/etc/x/escape leads out of the tree"):
        sources.tree_files(load(role))


def test_a_link_within_the_tree_is_its_content(role: Path) -> None:
    (role / "tree/etc/x/b").symlink_to("a")
    assert sources.tree_files(load(role)) == ["etc/x/a", "etc/x/b"]


def test_what_python_leaves_beside_a_script_that_was_imported_here_belongs_to_no_host(role: Path) -> None:
    script = role / "tree/etc/x/script.py"
    script.write_text("")
    py_compile.compile(str(script))
    assert list(script.parent.glob("__pycache__/*.pyc"))
    assert sources.tree_files(load(role)) == ["etc/x/a", "etc/x/script.py"]


def test_a_linked_directory_within_the_tree_is_refused_too_because_nobody_would_look_into_it(role: Path) -> None:
    (role / "tree/etc/y").symlink_to("x")
    with pytest.raises(SpecError, match="tree/etc/y"):
        sources.tree_files(load(role))
