# SPDX-License-Identifier: GPL-3.0-or-later
"""A deploy silences what it disturbs where somebody watches; nobody has to."""

from __future__ import annotations

from pathlib import Path

from tests.integration import local_play

TASKS = local_play.ROOT / "collections/ansible_collections/echodiary/infra/playbooks/tasks/silence.yml"


def test_an_inventory_without_monitoring_has_nothing_to_silence(tmp_path: Path) -> None:
    asked = {"silence_state": "start", "echodiary_environment": "somewhere"}
    played = local_play.play(tmp_path, [{"name": "Silence", "ansible.builtin.include_tasks": str(TASKS), "vars": asked}])
    assert played.code == 0, played.output
    assert played.task["Change the silence of this run"]["skipped"]
