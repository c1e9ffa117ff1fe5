# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables are declared, and that whoever asks for some of them is told the same as whoever asks for all."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import declared

PLAYBOOK = Path(__file__).parents[5] / "playbooks/deploy.yml"


def test_each_of_the_roles_variables_is_found_by_its_name() -> None:
    known = declared.declared(Path("/nowhere/site.yml"))
    every = known.options
    assert len(every) > 100
    assert {name: known.among([name])[name] for name in every} == every


def test_what_nobody_mentions_opens_no_file(tmp_path: Path) -> None:
    specs = tmp_path / "web/meta/argument_specs.yml"
    specs.parent.mkdir(parents=True)
    specs.write_text("argument_specs:\n  main:\n    options:\n      web_port: {type: int}\n      broken: [\n")
    assert declared.declared(Path("/nowhere/site.yml"), tmp_path).among(["port", "ansible_user"]) == {}


def test_a_playbook_takes_what_it_says_beside_what_roles_take() -> None:
    found = declared.declared(PLAYBOOK)
    assert found.playbook is not None and "release" in found.playbook
    assert found.among([])["release"] == found.options["release"]


def test_playbooks_of_one_command_have_their_variables_in_common() -> None:
    drift = PLAYBOOK.with_name("drift.yml")
    found = declared.declared(drift, typed=[PLAYBOOK.with_name("pin.yml"), drift])
    assert {"pin_file", "drift_schema"} <= set(found.options) & set(found.among([]))
    assert "pin_file" not in declared.declared(drift).options


def lead(place: Path, *names: str) -> Path:
    path = place / "mine.yml"
    path.write_text("---\n" + "".join(f"- ansible.builtin.import_playbook: {name}\n" for name in names))
    return path


def test_a_playbook_that_only_imports_others_takes_what_they_take(tmp_path: Path) -> None:
    one = declared.playbook_options(lead(tmp_path, "echodiary.infra.restore"))
    assert one is not None and set(one) == {"restore_backup", "component", "confirm"}
    both = declared.playbook_options(lead(tmp_path, "echodiary.infra.restore", str(PLAYBOOK)))
    assert both is not None and set(both) == {"restore_backup", "confirm", "release", "component"}


def test_one_that_does_more_may_take_what_nobody_declares(tmp_path: Path) -> None:
    path = lead(tmp_path, "echodiary.infra.restore")
    path.write_text(path.read_text() + "- hosts: all\n")
    assert declared.playbook_options(path) is None
    assert declared.playbook_options(lead(tmp_path, "echodiary.infra.restore", "{{ other }}")) is None


@pytest.mark.parametrize("text", ["", "import_playbook", "- import_playbook: [", "- !vault |\n  import_playbook\n", "- import_playbook\n"])
def test_what_cannot_be_read_declares_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yml").write_text(text)
    assert declared.playbook_options(tmp_path / "mine.yml") is None
