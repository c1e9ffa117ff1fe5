# SPDX-License-Identifier: GPL-3.0-or-later
"""A template that was compiled before is not compiled again, and renders as if it had been."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import render, templates
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import source as sources
from jinja2.environment import Environment

BODY = "{% if true %}\n{{ word | upper }}\n{% endif %}\n{% include 'part' %}\n"


@pytest.fixture(autouse=True)
def nothing_compiled() -> Iterator[None]:
    templates._compiled.clear()
    yield
    templates._compiled.clear()


@pytest.fixture
def source(tmp_path: Path) -> sources.Source:
    role = tmp_path / "roles" / "demo"
    for name, text in {"component.yml": "---\n{}\n", "tree/etc/a.j2": BODY, "templates/part": "part of {{ word }}"}.items():
        (role / name).parent.mkdir(parents=True, exist_ok=True)
        (role / name).write_text(text, encoding="utf-8")
    return sources.load("demo", str(tmp_path), DataLoader())


@pytest.fixture
def templar() -> Templar:
    return Templar(loader=DataLoader(), variables={})


def tree(source: sources.Source, templar: Templar, **variables: Any) -> dict[str, Any]:
    return render.tree(source, {"word": "x", **variables}, templar)


def put(source: sources.Source, name: str, text: str) -> None:
    (Path(source.tree) / name).write_text(text, encoding="utf-8")


def refuse(*_: Any) -> NoReturn:
    raise AssertionError("parsed again")


def test_what_was_compiled_ahead_is_not_compiled_again(source: sources.Source, templar: Templar, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path(source.tree) / "etc" / "a.j2").write_text("{{ word | upper }}\n", encoding="utf-8")
    templates.compile_tree(source, templar)
    monkeypatch.setattr(Environment, "_parse", refuse)
    assert tree(source, templar) == {"/etc/a": "X\n"}
    assert tree(source, templar, word="y") == {"/etc/a": "Y\n"}
    put(source, "etc/a.j2", "{{ word }} and more")
    with pytest.raises(SpecError, match="parsed again"):
        tree(source, templar)


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("known", [True, False], ids=["ours", "other insides"])
def test_it_renders_as_ever(source: sources.Source, templar: Templar, monkeypatch: pytest.MonkeyPatch, ahead: bool, known: bool) -> None:
    if not known:
        monkeypatch.setattr(templates, "AnsibleEnvironment", None)
    put(source, "etc/raw.j2", f"#jinja2: trim_blocks: False\n{BODY}")
    put(source, "etc/same.j2", BODY)
    put(source, "etc/slash.j2", r"{{ 'a\tb' }}")
    put(source, "etc/variable.j2", "{{ slash }}")
    if ahead:
        templates.compile_tree(source, templar)
    found = tree(source, templar, slash=trust_as_template(r"{{ 'a\tb' }}"))
    assert found["/etc/a"] == found["/etc/same"] == "X\npart of x\n"
    assert found["/etc/raw"] == "\nX\n\npart of x\n"
    assert (found["/etc/slash"], found["/etc/variable"]) == ("a\tb", r"a\tb")


def test_what_is_wrong_is_told_when_it_is_rendered(source: sources.Source, templar: Templar) -> None:
    put(source, "etc/a.j2", "fine\n{% if %}\n")
    templates.compile_tree(source, templar)
    with pytest.raises(SpecError, match=r"demo/tree/etc/a\.j2 line 2: "):
        tree(source, templar)


def test_bytes_that_are_no_text_do_not_stop_it(source: sources.Source, templar: Templar) -> None:
    (Path(source.tree) / "etc" / "a.j2").write_bytes(b"\xff")
    templates.compile_tree(source, templar)
