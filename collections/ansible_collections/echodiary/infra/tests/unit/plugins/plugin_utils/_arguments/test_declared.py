# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables are declared, and that whoever asks for some of them is told the same as whoever asks for all."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._arguments import declared

PLAYBOOK = Path(__file__).parents[9] / "playbooks/deploy.yml"


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
