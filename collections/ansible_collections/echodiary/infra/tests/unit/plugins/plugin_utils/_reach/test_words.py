# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._reach import words
from ansible_collections.echodiary.infra.plugins.plugin_utils._reach.hosts import Host


def test_the_file_lies_where_no_inventory_reads_it_as_hosts(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("all:\n")
    expected = str(tmp_path / "group_vars/all/known_hosts.txt")
    assert words.beside([str(tmp_path)]) == words.beside([str(tmp_path / "hosts.yml"), "elsewhere"]) == expected


def test_the_command_that_accepts_a_key_can_be_typed() -> None:
    said = words.another(Host("app1", "i-0a1", ()), words.command(["my inventory"]))
    assert said.endswith("ansible-playbook -i 'my inventory' echodiary.infra.provision -e accept_host_keys=i-0a1")
