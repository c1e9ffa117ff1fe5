# SPDX-License-Identifier: GPL-3.0-or-later
"""Every lint, shown what it is there to find."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.lint import dashboards, documents, roles, texts

GOOD_SPEC = {"web_port": "{type: int, description: Where it listens.}"}
MODULE = '''
DOCUMENTATION = """
module: {module}
attributes:
  check_mode: {{support: full}}
  diff_mode: {{support: full}}
  {last}
"""
EXAMPLES = "{examples}"
{rest}
'''


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def role_with(tmp_path: Path, defaults: str, options: dict[str, str]) -> Path:
    role = tmp_path / "roles/web"
    write(role / "defaults/main.yml", defaults)
    lines = [f"      {name}: {option}" for name, option in options.items()]
    write(role / "meta/argument_specs.yml", "\n".join(["argument_specs:", "  main:", "    options:", *lines]))
    return role


def test_a_good_role_has_no_problems(tmp_path: Path) -> None:
    assert roles.variable_problems(role_with(tmp_path, "web_port: 80", GOOD_SPEC)) == []


@pytest.mark.parametrize(
    ("defaults", "options", "said"),
    [
        ("web_port: 80\nweb_x: 1", GOOD_SPEC, "web_x has a default but is not in argument_specs"),
        ("{}", GOOD_SPEC, "web_port is optional in argument_specs but has no default"),
        (
            "web_port: 80",
            {"web_port": "{type: int, required: true, description: x}"},
            "web_port is required in argument_specs but has a default",
        ),
        ("port: 80", {"port": "{type: int, description: x}"}, "port does not start with web_"),
        ("web_port: http", GOOD_SPEC, "web_port: 'http' is not of type int"),
        ("web_port: true", GOOD_SPEC, "web_port: True is not of type int"),
        ("web_port: 80", {"web_port": "{description: x}"}, "web_port has no type"),
        ("web_port: 80", {"web_port": "{type: int}"}, "web_port has no description"),
        (
            "web_port: 80",
            {"web_port": "{type: int, description: x, default: 81}"},
            "web_port has another default in argument_specs",
        ),
        (
            "web_level: loud",
            {"web_level": "{type: str, description: x, choices: [low, high]}"},
            "web_level: 'loud' is not one of",
        ),
        ("web_all: [1]", {"web_all": "{type: list, elements: str, description: x}"}, "web_all[0]: 1 is not of type str"),
        ("web_all: []", {"web_all": "{type: list, description: x}"}, "web_all is a list without elements"),
        (
            "web_all: [{a: 1}]",
            {"web_all": "{type: list, elements: dict, description: x, options: {b: {type: str, required: true}}}"},
            "web_all[0].a is not in argument_specs",
        ),
    ],
)
def test_disagreeing_variables(tmp_path: Path, defaults: str, options: dict[str, str], said: str) -> None:
    problems = roles.variable_problems(role_with(tmp_path, defaults, options))
    assert any(problem.startswith(f"web: {said}") for problem in problems), problems


def test_incomplete_roles(tmp_path: Path) -> None:
    role = role_with(tmp_path, "{}", {})
    problems = roles.missing_files(role, tmp_path / "molecule")
    assert "web: has no README.md" in problems
    assert "web: has no component.yml" in problems
    assert "web: has no scenario molecule/web/molecule.yml" in problems
    assert roles.roles(tmp_path) == [role]


def workflow(tmp_path: Path, **more: str) -> list[str]:
    role = role_with(tmp_path, "{}", {})
    for name in ("README.md", "meta/main.yml"):
        write(role / name, "---\n")
    write(
        role / "tasks/main.yml",
        "- echodiary.infra.release: {state: present}\n- echodiary.infra.converge: {components: '{{ [web_other] }}'}\n",
    )
    for name, text in more.items():
        write(role / name, text)
    write(tmp_path / "playbooks/web.yml", "- import_role: {name: echodiary.infra.web}\n")
    return roles.workflow_problems(role, tmp_path / "playbooks")


def test_a_workflow(tmp_path: Path) -> None:
    assert workflow(tmp_path) == []
    assert roles.workflow_problems(tmp_path / "roles/web", tmp_path) == ["web: is used by no playbook, so nothing tests it"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"component.yml": "---\n"}, "web: has component.yml, so it is no workflow but a component"),
        ({"tree/etc/web": "x"}, "web: has tree, so it is no workflow but a component"),
        ({"handlers/main.yml": "---\n"}, "web: has handlers, so it is no workflow but a component"),
        (
            {"tasks/more.yml": "- block: [{echodiary.infra.converge: {components: [web]}}]\n"},
            "web: converges itself, so it is no workflow but a component",
        ),
    ],
)
def test_calling_a_component_a_workflow_does_not_hide_it(tmp_path: Path, more: dict[str, str], said: str) -> None:
    assert workflow(tmp_path, **more) == [said]


def test_a_component_whose_component_yml_was_forgotten_is_not_taken_for_a_workflow(tmp_path: Path) -> None:
    assert workflow(tmp_path) == []
    assert "web: has no component.yml" in roles.missing_files(tmp_path / "roles/web", tmp_path / "molecule")
    assert "web" not in roles.WORKFLOWS, "it has to be named there by hand"


def test_a_workflow_that_is_no_role(tmp_path: Path) -> None:
    assert roles.unknown_workflows([role_with(tmp_path, "{}", {})]) == sorted(roles.WORKFLOWS)


def test_commands_that_do_not_exist(tmp_path: Path) -> None:
    makefile = write(tmp_path / "Makefile", "up: ## Up\nrun-all:\n")
    document = write(tmp_path / "R.md", "we make things; `make up`, `make fly`\n\n```sh\nmake run-all\nmake land # x\n```\n")
    assert documents.unknown_commands(document, makefile) == [
        "R.md: the Makefile has no target fly",
        "R.md: the Makefile has no target land",
    ]


def test_languages_that_differ(tmp_path: Path) -> None:
    one = write(tmp_path / "one.md", "```sh\nmake up # start\n```\n")
    same = write(tmp_path / "same.md", "```sh\nmake up # anders\n```\n")
    other = write(tmp_path / "other.md", "```sh\nmake down\n```\n")
    assert documents.different_commands(one, same) == []
    assert documents.different_commands(one, other) != []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("1.yml", "bugfixes: [x - y.]", ""),
        ("1.yml", "bugs: [x]", "bugs is not a section"),
        ("1.yml", "bugfixes: x", "bugfixes is not a list of texts"),
        ("1.yml", "release_summary: [x]", "release_summary is not a text"),
        ("1.yml", "- x", "is not a mapping"),
        ("1.txt", "x", "is not a .yml file"),
    ],
)
def test_fragments(tmp_path: Path, name: str, text: str, said: str) -> None:
    config = "prelude_section_name: release_summary\ntrivial_section_name: trivial\nsections: [[bugfixes, Bugfixes]]"
    write(tmp_path / "config.yaml", config)
    write(tmp_path / "fragments" / name, text)
    problems = documents.fragment_problems(tmp_path)
    assert any(said in problem for problem in problems) if said else problems == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ""),
        ({"module": "other"}, "DOCUMENTATION names module other"),
        ({"last": "other: {support: full}"}, "says nothing of attributes.idempotent.support"),
        ({"last": "other: {support: full}\nextends_documentation_fragment: [echodiary.infra.controller.thinks]"}, ""),
        ({"last": "other: {support: full}\nextends_documentation_fragment: [echodiary.infra.controller]"}, "attributes.idempotent"),
        ({"rest": ""}, "has no RETURN"),
        ({"examples": "a: [b"}, "EXAMPLES is not YAML"),
    ],
)
def test_modules(tmp_path: Path, given: dict[str, str], said: str) -> None:
    good = {"module": "thing", "last": "idempotent: {support: full}", "examples": "- name: X", "rest": 'RETURN = ""'}
    problems = documents.module_problems(write(tmp_path / "thing.py", MODULE.format(**{**good, **given})))
    assert any(said in problem for problem in problems) if said else problems == []


@pytest.mark.parametrize(
    ("expression", "uid", "said"),
    [
        ('sum(rate(x{instance=~"$host"}[$__rate_interval]))', "main", ""),
        ("sum(rate(x[5m])", "main", "unclosed"),
        ("rate(x[now])", "main", "now"),
        ('x{instance="$other"}', "main", "unknown variable $other"),
        ("x", "prometheus-1", "uses datasource prometheus-1"),
        ("", "main", "in "),
    ],
)
def test_dashboards(tmp_path: Path, expression: str, uid: str, said: str) -> None:
    target = {"expr": expression, "datasource": {"uid": uid}}
    variables = {"list": [{"name": "host", "type": "custom"}]}
    panels = [{"id": 1, "title": "P", "targets": [target]}]
    path = write(tmp_path / "d.json", json.dumps({"uid": "d", "title": "D", "templating": variables, "panels": panels}))
    problems = dashboards.dashboard_problems(path, "main")
    assert any(said in problem for problem in problems) if said else problems == []


def test_dashboards_that_are_no_dashboards(tmp_path: Path) -> None:
    assert "is not JSON" in dashboards.dashboard_problems(write(tmp_path / "d.json", "{"), "main")[0]
    panels = [{"id": 1, "title": "P"}, {"id": 1, "type": "row"}]
    path = write(tmp_path / "d.json", json.dumps({"panels": panels}))
    problems = dashboards.dashboard_problems(path, "main")
    assert {"d.json: has no uid", "d.json: two panels have the same id"} <= set(problems)
    assert any(problem.startswith("d.json: P: ") for problem in problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"schemaVersion": 16}, "schemaVersion is not"),
        ({"id": 7}, "has an id of its own"),
        ({"unit": "seconds"}, "Rows read: has unit seconds"),
        ({"description": ""}, "Rows read: has no description"),
        ({"targets": [{"refId": "A"}, {"refId": "A"}]}, "Rows read: has queries"),
        ({"gridPos": {"x": 13, "y": 0, "w": 12, "h": 8}}, "Rows read: is wider than the page"),
        ({"gridPos": {"x": 6, "y": 0, "w": 12, "h": 8}}, "two panels lie on each other"),
        ({"title": "Rows"}, "has a title of one word"),
    ],
)
def test_shapes_grafana_does_not_want(change: dict[str, object], said: str) -> None:
    unit = {"fieldConfig": {"defaults": {"unit": change.get("unit", "s")}}}
    panel = {
        "title": "Rows read",
        "description": "d",
        "targets": [{"refId": "A"}],
        "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8},
        **unit,
        **change,
    }
    row = {"type": "row", "title": "R", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 1}}
    dashboard = {"id": change.get("id"), "schemaVersion": change.get("schemaVersion", dashboards.SCHEMA), "panels": [row, panel]}
    problems = dashboards.shape_problems("d", dashboard)
    assert any(said in problem for problem in problems) if said else problems == []


@pytest.mark.parametrize("text", ["https://py" + "pi.org/simple", "see /tmp/" + "w/x", "deb.deb" + "ian.org"])
def test_forbidden_texts(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "x.txt", f"fine\n{text}\n")
    assert [problem.rpartition(": ")[0] for problem in texts.occurrences([path], texts.FORBIDDEN)] == [f"{path}:2"]


@pytest.mark.parametrize("text", ["{{ lab_registry }}", "172.30.77.2", "LAB_NAME=x"])
def test_lab_names(tmp_path: Path, text: str) -> None:
    assert texts.occurrences([write(tmp_path / "x.txt", text)], texts.LAB)
    assert not texts.occurrences([write(tmp_path / "x.txt", "label: collaborate")], texts.LAB)


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("a: prom/prometheus:v3.1.0", True),
        ("a: registry:5000/x/y@sha256:" + "0" * 64, True),
        ("docker_version: 26.1", True),
        ("a: {image: nginx}", True),
        ('a_image: "{{ versions.a }}"', False),
        ("a: http://host:80/path:x", False),
        ("a: 127.0.0.1:9090", False),
    ],
)
def test_stray_versions(tmp_path: Path, text: str, stray: bool) -> None:
    path = write(tmp_path / "group_vars/all/main.yml", text)
    assert bool(texts.stray_versions([path])) is stray
    assert texts.stray_versions([path.rename(path.with_name("versions.yml"))]) == []


def test_tracked_files_see_new_files_and_not_ignored_ones(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    write(tmp_path / ".gitignore", "hidden\n")
    write(tmp_path / "hidden", "")
    new = write(tmp_path / "new", "")
    assert new in texts.tracked_files(tmp_path)
    assert tmp_path / "hidden" not in texts.tracked_files(tmp_path)
