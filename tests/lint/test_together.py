# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside a block that is rescued, no task may take some hosts out of it and leave others in.

Of a ``run_once`` that fails there, Ansible rescues one host and drops the others. A task that ignores an unreachable host ends the block
for all of them where one host's failure is everybody's. Both halve a deploy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lint.yaml_files import load

ROOT = Path(__file__).resolve().parents[2]
INCIDENTS = ROOT / "collections/ansible_collections/echodiary/infra/playbooks/incident/tasks"
#: included between rescue and always; what only looks, before anything began, may end the play for all
FILES = [
    *sorted((ROOT / "collections/ansible_collections/echodiary/infra/roles/deploy/tasks").glob("*.yml")),
    *sorted((ROOT / "collections/ansible_collections/echodiary/infra/playbooks/tasks").glob("backup*.yml")),
    ROOT / "collections/ansible_collections/echodiary/infra/playbooks/tasks/silence.yml",
    *(INCIDENTS / name for name in ("begin.yml", "end.yml", "tell.yml")),
    *sorted(INCIDENTS.glob("*/act.yml")),
    *(INCIDENTS / "rotate-secret" / name for name in ("make.yml", "revoke.yml")),
]
#: they call nobody, or bear whatever becomes of it
HARMLESS = {
    "ansible.builtin.debug",
    "ansible.builtin.include_tasks",
    "ansible.builtin.set_fact",
    "echodiary.infra.deploy_phase",
    "echodiary.infra.notify",
    "echodiary.infra.silence",
}


def tasks(found: list[dict[str, Any]], above: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every task, with the keywords of the blocks around it."""
    for one in found:
        whole = {**above, **one}
        parts = [part for part in ("block", "rescue", "always") if part in one]
        if not parts:
            yield whole
        for part in parts:
            keywords = {key: value for key, value in whole.items() if key in ("run_once", "ignore_unreachable", "any_errors_fatal")}
            yield from tasks(one[part], keywords)


def problems(found: list[dict[str, Any]]) -> list[str]:
    return [task.get("name", "?") for task in tasks(found, {}) if _halves(task)]


def _halves(task: dict[str, Any]) -> bool:
    may_fail = not HARMLESS & task.keys() and task.get("failed_when") is not False
    ends_the_block = task.get("ignore_unreachable") and task.get("any_errors_fatal") is not False
    return bool((task.get("run_once") and may_fail) or ends_the_block)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)).rpartition("infra/")[2])
def test_no_task_halves_a_fleet(path: Path) -> None:
    assert problems(load(path) or []) == []


@pytest.mark.parametrize(
    "task",
    [
        {"run_once": True, "ansible.builtin.uri": {}},
        {"run_once": True, "block": [{"ansible.builtin.uri": {}}], "rescue": []},
        {"ignore_unreachable": True, "failed_when": False, "echodiary.infra.deploy_lock": {}},
    ],
)
def test_what_would_is_found(task: dict[str, Any]) -> None:
    assert problems([{"name": "x", **task}])
