# SPDX-License-Identifier: GPL-3.0-or-later
"""The lints, applied to this repository. An empty list of problems is the only good answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dashboards import __main__ as generator
from dashboards.model import Dashboard
from tests.lint import dashboards, documents, roles, texts
from tests.lint.yaml_files import load

ROOT = Path(__file__).parents[2]
COLLECTION = ROOT / "collections/ansible_collections/echodiary/infra"
ROLES = roles.roles(COLLECTION)
ACTIONS = sorted((COLLECTION / "plugins/action").glob("[!_]*.py"))
MODULES = sorted((COLLECTION / "plugins/modules").glob("[!_]*.py"))
GRAFANA = COLLECTION / "roles/grafana"
DASHBOARDS = sorted((COLLECTION / "roles").glob("*/monitoring/dashboards/*.json"))
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ko.md", ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("role", [role for role in ROLES if role.name not in roles.WORKFLOWS], ids=lambda role: role.name)
def test_components_are_whole(role: Path) -> None:
    assert roles.missing_files(role, ROOT / "molecule") == []


@pytest.mark.parametrize("role", [role for role in ROLES if role.name in roles.WORKFLOWS], ids=lambda role: role.name)
def test_workflows_are_whole_and_no_components(role: Path) -> None:
    assert roles.workflow_problems(role, ROOT / "collections/ansible_collections/echodiary/infra/playbooks") == []


def test_what_is_called_a_workflow_exists() -> None:
    assert roles.unknown_workflows(ROLES) == []


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_defaults_agree_with_argument_specs(role: Path) -> None:
    assert roles.variable_problems(role) == []


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_show_something(dashboard: Path) -> None:
    datasource = load(GRAFANA / "defaults/main.yml")["grafana_datasource_uid"]
    assert dashboards.dashboard_problems(dashboard, datasource) == []


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboards_have_the_shape_grafana_wants(dashboard: Path) -> None:
    assert dashboards.shape_problems(dashboard.name, json.loads(dashboard.read_text(encoding="utf-8"))) == []


def test_dashboards_are_what_the_code_says() -> None:
    assert generator.stale() == []


@pytest.mark.parametrize("board", generator.ALL.values(), ids=lambda board: str(board.uid))
def test_the_page_of_panels_has_those_that_there_are(board: Dashboard) -> None:
    text = (ROOT / "docs/panels.md").read_text(encoding="utf-8").partition(f"(`{board.uid}`)")[2].partition("\n## ")[0]
    told = re.findall(r"^\| (.+) \| \S* \| `(.*)` \| \S+ \|$", text.replace(r"\|", "¦"), re.MULTILINE)
    shown = [(panel["title"], target["expr"].replace("|", "¦")) for panel in board.json()["panels"] for target in panel.get("targets", [])]
    assert told == shown


def test_no_two_dashboards_are_one_to_grafana() -> None:
    read = [json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS]
    assert len({one["uid"] for one in read}) == len({one["title"] for one in read}) == len(DASHBOARDS)


def test_the_datasource_has_the_identifier_dashboards_use() -> None:
    provisioned = (GRAFANA / "tree/etc/grafana/provisioning/datasources/prometheus.yaml.j2").read_text(encoding="utf-8")
    assert "uid: {{ grafana_datasource_uid }}" in provisioned
    assert DASHBOARDS


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_modules_document_what_they_promise(module: Path) -> None:
    assert documents.module_problems(module) == []


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.stem)
def test_actions_have_unit_tests(action: Path) -> None:
    assert (COLLECTION / "tests/unit/plugins/action" / f"test_{action.stem}.py").is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_commands_in_documents_exist(document: Path) -> None:
    assert documents.unknown_commands(document, ROOT / "Makefile") == []


def test_both_languages_tell_the_same_commands() -> None:
    assert documents.different_commands(ROOT / "README.md", ROOT / "README.ko.md") == []


def test_changelog_fragments() -> None:
    assert documents.fragment_problems(COLLECTION / "changelogs") == []


def test_no_package_index_and_no_path_of_a_machine() -> None:
    assert texts.occurrences(texts.tracked_files(ROOT), texts.FORBIDDEN) == []


def test_the_collection_does_not_know_the_lab() -> None:
    assert texts.occurrences(texts.tracked_files(COLLECTION), texts.LAB) == []


def test_versions_are_in_one_place() -> None:
    assert texts.stray_versions(texts.tracked_files(ROOT, "inventories")) == []
