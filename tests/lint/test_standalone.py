# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection is whole: who installs it has all that it uses, or is told by galaxy.yml what else to install."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ansible
import pytest

from tests.lint import imports, reach
from tests.lint.yaml_files import load

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = ROOT / "collections/ansible_collections/echodiary/infra"
INSTALLED = Path(ansible.__file__).parents[1] / "ansible_collections"
PARTS = ("playbooks", "plugins", "roles")
TEXTS = [path for part in PARTS for path in sorted((COLLECTION / part).rglob("*")) if path.suffix in (".yml", ".yaml", ".py", ".j2")]
YAML = [
    path for path in TEXTS if path.suffix == ".yml" and "tree" not in path.parts and "plugins" not in path.relative_to(COLLECTION).parts
]
#: packages of this repository, beside the collection
OURS = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}


def test_no_role_and_no_playbook_names_a_file_elsewhere() -> None:
    assert len(YAML) > 100
    assert {str(path.relative_to(COLLECTION)): found for path in YAML if (found := reach.outside(path, COLLECTION))} == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("playbooks/incident/x.yml", {"ansible.builtin.import_tasks": "../../../../../../playbooks/tasks/secrets.yml"}),
        ("playbooks/incident/x.yml", {"ansible.builtin.import_tasks": "tasks/secrets.yml"}),
        ("playbooks/x.yml", {"vars": {"page": "{{ playbook_dir ~ '/../../.incidents' | realpath }}"}}),
        ("playbooks/x.yml", {"vars_files": ["../../../../../inventories/versions.yml"]}),
        ("playbooks/x.yml", {"deploy_hooks": {"backup": "{{ playbook_dir }}/tasks/back_up.yml"}}),
        ("playbooks/x.yml", {"content": "{{ lookup('ansible.builtin.template', '../../templates/page.j2') }}"}),
        ("roles/deploy/tasks/x.yml", {"block": [{"ansible.builtin.include_tasks": "../../../playbooks/tasks/backup.yml"}]}),
        ("roles/deploy/tasks/x.yml", {"ansible.builtin.include_tasks": "{{ playbook_dir }}/tasks/backup.yml"}),
        ("roles/deploy/tasks/x.yml", {"ansible.builtin.include_tasks": "{{ deploy_kind }}/../elsewhere.yml"}),
    ],
)
def test_one_that_does_is_found(tmp_path: Path, path: str, text: Any) -> None:
    """Of files that are there in this repository, and are not in the collection, or are not where it is looked for them."""
    collection = tmp_path / "collections/ansible_collections/echodiary/infra"
    for there in ("playbooks/tasks/secrets.yml", "playbooks/tasks/backup.yml", "inventories/versions.yml"):
        (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / there).touch()
    (collection / path).parent.mkdir(parents=True)
    (collection / path).write_text(repr([text]))
    assert reach.outside(collection / path, collection)


def test_no_link_leads_out_of_it() -> None:
    assert reach.links(COLLECTION) == []


@pytest.mark.parametrize("part", ["module_utils", "plugin_utils", "action", "callback", "filter", "modules"])
def test_nothing_of_it_imports_from_the_repository(part: str) -> None:
    assert {"gitops", "lab", "tests"} <= OURS
    assert [arrow for arrow in imports.arrows(COLLECTION / "plugins", part) if arrow.target.split(".")[0] in OURS] == []


def test_galaxy_names_every_collection_that_is_used_and_no_other() -> None:
    declared = load(COLLECTION / "galaxy.yml")["dependencies"]
    assert set(declared) == reach.collections(TEXTS, INSTALLED)


def test_one_that_is_used_is_found(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.yml", "b.py", "c.yml")]
    texts = (
        "amazon.aws.ec2_instance: {}",
        'run("ansible.posix.sysctl")',
        "x: \"{{ y | community.general.json_query('z') }} ansible.plugins.action\"",
    )
    for path, text in zip(files, texts, strict=True):
        path.write_text(text)
    assert reach.collections(files, INSTALLED) == {"amazon.aws", "ansible.posix", "community.general"}


def test_the_checkout_installs_the_same_versions() -> None:
    mine = {one["name"]: one["version"] for one in load(ROOT / "requirements.yml")["collections"]}
    declared = load(COLLECTION / "galaxy.yml")["dependencies"]
    assert {name: mine.get(name) for name in declared} == declared


def test_every_module_is_in_the_group_that_sets_an_option_for_all() -> None:
    group = load(COLLECTION / "meta/runtime.yml")["action_groups"]["fleet"]
    assert group == sorted(path.stem for path in (COLLECTION / "plugins/modules").glob("[!_]*.py"))


def test_playbooks_have_names_that_ansible_takes() -> None:
    """A name in a collection is made of words: no hyphen."""
    folder = COLLECTION / "playbooks"
    assert [path for path in (*folder.glob("*.yml"), *folder.glob("incident/*.yml")) if not re.fullmatch(r"[a-z]\w*", path.stem)] == []
