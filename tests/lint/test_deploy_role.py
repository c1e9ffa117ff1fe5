# SPDX-License-Identifier: GPL-3.0-or-later
"""Role deploy hands over and calls; it does not think, knows no application, and reaches for nothing outside of the collection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lint.expressions import problems
from tests.lint.yaml_files import load

ROOT = Path(__file__).resolve().parents[2]
ROLE = ROOT / "collections/ansible_collections/echodiary/infra/roles/deploy"
FILES = [*sorted((ROLE / "tasks").glob("*.yml")), ROLE / "vars/main.yml", ROLE / "defaults/main.yml", ROLE / "meta/argument_specs.yml"]
PLAYBOOKS = sorted((ROOT / "collections/ansible_collections/echodiary/infra/playbooks").rglob("*.yml"))
LONGEST = 30
#: what it declares may be named by whoever includes it, and never by a place of its own
_INCLUDES = re.compile(r"^(ansible\.builtin\.)?(include|import)_(tasks|role|playbook|vars)$")


def of_role(path: Path) -> str:
    return str(path.relative_to(ROLE))


@pytest.mark.parametrize("path", FILES, ids=of_role)
def test_no_expression_thinks(path: Path) -> None:
    assert problems(load(path)) == []


@pytest.mark.parametrize(
    "data",
    [
        {"x": "{{ a if b else c }}"},
        {"x": "{% for a in b %}{{ a }}{% endfor %}"},
        {"x": "{%- set a = 1 -%}{{ a }}"},
        {"x": "{{ a | default([]) | length }}"},
        {"x": "{{ f(a | first) ~ (b | last) }}"},
        {"x": "{{ a | map(attribute='b') }}"},
        {"x": "{{ a | ansible.builtin.ternary(b, c) }}"},
        {"when": "a | default('') | length > 0"},
        {"when": ["a", "b if c else d"]},
        {"vars": {"{{ a | b | c }}": 1}},
        [{"block": [{"set_fact": {"x": ["y", "{{ a | b | c }}"]}}]}],
    ],
)
def test_one_that_does_is_found(data: Any) -> None:
    assert problems(data)


@pytest.mark.parametrize(
    "text", ["{{ a }} on {{ b | length }} of {{ c | join(', ') }}", "{{ a or b }}", "a | b", "{{ a | echodiary.infra.b(c) }}"]
)
def test_one_that_hands_over_is_well(text: str) -> None:
    assert problems({"x": text}) == []


def test_its_variables_fit_on_a_page() -> None:
    assert len((ROLE / "vars/main.yml").read_text(encoding="utf-8").splitlines()) <= LONGEST


def applications(text: str) -> list[str]:
    """Mentions of an application; the collection's own name is none."""
    return re.findall(r"\w*echodiary(?!\.infra)\w*", text, re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=of_role)
def test_it_knows_no_application(path: Path) -> None:
    assert applications(path.read_text(encoding="utf-8")) == []


PARTS = ("defaults", "meta", "tasks", "tree")
EDGE = [path for part in PARTS for path in sorted((ROLE.parent / "haproxy").rglob(f"{part}/**/*")) if path.is_file()]
# Tests import its program, and Python leaves what it compiled beside it.
EDGE = [path for path in EDGE if path.suffix != ".pyc"]
EDGE += [ROLE.parent / "haproxy/component.yml"]


@pytest.mark.parametrize("path", EDGE, ids=lambda path: path.name)
def test_the_edge_knows_none_either(path: Path) -> None:
    """What components declare is all that it goes by; directories and the author are named after the collection."""
    text = re.sub("(etc|lib)/echodiary|author: EchoDiary", "", path.read_text(encoding="utf-8"))
    assert applications(text) == []


def test_one_that_is_named_is_found() -> None:
    text = "echodiary.infra.release: {image: echodiary_image} # of EchoDiary"
    assert applications(text) == ["echodiary_image", "EchoDiary"]


def outside(data: Any) -> Iterator[str]:
    """Files beside a playbook that are included, or would be by default."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, (dict, list)):
            yield from outside(value)
        elif re.search(r"playbook_dir *(\}\}|~)", str(value)) or (_INCLUDES.match(str(key)) and re.search(r"playbook|\.\./", str(value))):
            yield str(value)


@pytest.mark.parametrize("path", FILES, ids=of_role)
def test_it_includes_nothing_from_beside_a_playbook(path: Path) -> None:
    assert list(outside(load(path))) == []


@pytest.mark.parametrize(
    "data",
    [
        {"deploy_backup_tasks": "{{ playbook_dir }}/tasks/backup.yml"},
        [{"block": [{"ansible.builtin.include_tasks": "../../../playbooks/tasks/x.yml"}]}],
    ],
)
def test_what_would_be_is_found(data: Any) -> None:
    assert list(outside(data))


def uses(data: Any) -> Iterator[dict[str, Any]]:
    """Plays and tasks that bring the whole role in, with the variables around them."""
    for one in data if isinstance(data, list) else []:
        if not isinstance(one, dict):
            continue
        named = [one.get(f"ansible.builtin.{how}_role") or {} for how in ("include", "import")]
        if any(role.get("name") == "echodiary.infra.deploy" and "tasks_from" not in role for role in named):
            yield one.get("vars") or {}
        for part in ("tasks", "block", "rescue", "always"):
            yield from ({**(one.get("vars") or {}), **inner} for inner in uses(one.get(part)))


def test_every_playbook_brings_its_tasks_along() -> None:
    """The role has none of its own: without them it would migrate with no backup."""
    found = [(path.name, given.get("deploy_hooks", {})) for path in PLAYBOOKS for given in uses(load(path))]
    assert {name for name, _ in found} >= {"deploy.yml", "rollback.yml", "restart.yml", "migrate.yml"}
    assert [name for name, hooks in found if "silence" not in hooks] == []
    assert {name for name, hooks in found if "backup" in hooks} >= {"deploy.yml", "rollback.yml", "migrate.yml"}
