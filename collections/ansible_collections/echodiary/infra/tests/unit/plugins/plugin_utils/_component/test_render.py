# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import render
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import source as sources

FILES = {
    "component.yml": '---\npackages: ["p{{ demo_port }}"]\nfiles: {"/etc/x/a": {mode: "0600"}}\n',
    "defaults/main.yml": '---\ndemo_port: 8000\ndemo_url: "http://h:{{ demo_port }}"\n',
    "meta/argument_specs.yml": "---\nargument_specs: {main: {options: {demo_port: {type: int}, demo_url: {type: str},"
    " demo_needed: {type: str, required: true}, demo_secret: {type: int, no_log: true}}}}\n",
    "tree/etc/x/a.j2": "url={{ demo_url }}\n{% if true %}\nyes\n{% endif %}\n",
    "tree/etc/x/plain": "{{ not a template }}",
}


class Role:
    """A role on disk and everything that is rendered from it."""

    def __init__(self, place: Path) -> None:
        self.path = place / "roles" / "demo"
        for name, text in FILES.items():
            self.write(name, text)
        self.loader = DataLoader()
        self.templar = Templar(loader=self.loader, variables={})

    def write(self, name: str, text: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def variables(self, **given: Any) -> tuple[sources.Source, dict[str, Any]]:
        source = sources.load("demo", str(self.path.parent.parent), self.loader)
        return source, render.variables(source, {"demo_needed": "x", **given}, self.templar)

    def tree(self, **given: Any) -> dict[str, Any]:
        source, available = self.variables(**given)
        return render.tree(source, available, self.templar)

    def spec(self, **given: Any) -> dict[str, Any]:
        source, available = self.variables(**given)
        return render.spec(source, available, self.templar)


@pytest.fixture
def role(tmp_path: Path) -> Role:
    return Role(tmp_path)


def test_defaults_below_what_the_play_knows(role: Role) -> None:
    assert role.spec()["packages"] == ["p8000"]
    assert role.tree(demo_port=9)["/etc/x/a"] == "url=http://h:9\nyes\n"


def test_only_templates_are_rendered(role: Role) -> None:
    assert role.tree()["/etc/x/plain"] == "{{ not a template }}"


def test_bytes_travel_encoded(role: Role) -> None:
    role.write("tree/etc/x/bin", b"\x00\xff")
    assert role.tree()["/etc/x/bin"] == {"b64": "AP8="}


def test_a_template_that_renders_to_nothing_is_not_wanted(role: Role) -> None:
    role.write("tree/etc/x/maybe.j2", "{% if demo_port == 1 %}x{% endif %}\n")
    assert role.tree()["/etc/x/maybe"] is None
    assert role.tree(demo_port=1)["/etc/x/maybe"].strip() == "x"


def refusal(action: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(SpecError) as caught:
        action(*args, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_required_variable(role: Role) -> None:
    source = sources.load("demo", str(role.path.parent.parent), role.loader)
    said = refusal(render.variables, source, {}, role.templar)
    assert "demo_needed" in said
    assert "argument_specs" in said


def test_a_wrong_type(role: Role) -> None:
    assert "demo_port" in refusal(role.variables, demo_port="many")


def test_a_wrong_secret_is_not_shown(role: Role) -> None:
    said = refusal(role.variables, demo_secret="hunter22")
    assert "demo_secret" in said
    assert "hunter22" not in said


def test_an_undefined_variable_in_a_template_names_file_and_line(role: Role) -> None:
    role.write("tree/etc/x/a.j2", "one\ntwo\n{{ demo_typo }}\n")
    said = refusal(role.tree)
    assert all(word in said for word in ("demo", "tree/etc/x/a.j2", "line 3", "demo_typo"))


def test_broken_syntax_in_a_template_names_file_and_line(role: Role) -> None:
    role.write("tree/etc/x/a.j2", "one\n{% if %}\n")
    assert all(word in refusal(role.tree) for word in ("tree/etc/x/a.j2", "line 2"))


def test_an_error_in_the_component_file_names_it(role: Role) -> None:
    role.write("component.yml", '---\npackages: ["{{ demo_typo }}"]\n')
    assert all(word in refusal(role.spec) for word in ("demo/component.yml", "demo_typo"))


def test_a_component_file_that_is_no_yaml_names_it(role: Role) -> None:
    role.write("component.yml", "---\npackages: [\n")
    assert "component.yml" in refusal(role.spec)
