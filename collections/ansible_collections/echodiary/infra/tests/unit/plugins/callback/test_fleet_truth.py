# SPDX-License-Identifier: GPL-3.0-or-later
"""A line says what is true of its task: whether something was changed, or was only looked at; and it is one line."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.echodiary.infra.tests.unit.plugins.callback import test_fleet as fleet

rig = fleet.rig
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def write(name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "copy": {"content": "text\n", "dest": "{{ playbook_dir }}/out"}, **given}


def change(action: str = "update") -> dict[str, Any]:
    return {"resource": "file:/etc/x", "action": action, "origin": "pending", "fields": {}, "diff": "", "why": ""}


def test_a_task_that_only_looks_in_a_real_run_neither_changed_nor_would(rig: fleet.Rig) -> None:
    done = rig.run({"app1": {}}, [write("Look", check_mode=True), write("Write")])
    assert done.returncode == 0, done.stdout
    assert "Look" not in done.stdout
    assert "app1  Write  changed" in done.stdout
    assert "1 changed · 1 host" in done.stdout
    assert "would" not in done.stdout


def test_a_comparison_in_a_real_run_changed_nothing(rig: fleet.Rig) -> None:
    compared = fleet.canned(fleet.component("nginx", status="ok", sync="OutOfSync", changes=[change(), change("restart")]))
    done = rig.run({"app1": compared}, [{"name": "Compare", "converge": {}, "check_mode": True}])
    assert "2 would change" in done.stdout, done.stdout
    assert not re.search(r"\d changed", done.stdout), done.stdout


def test_what_really_happens_in_a_check_is_said(rig: fleet.Rig) -> None:
    done = rig.run({"app1": {}}, [write("Preview"), write("Keep", check_mode=False)], "--check")
    assert "app1  Preview  would change" in done.stdout
    assert "app1  Keep  changed" in done.stdout
    assert "1 changed · 1 would change · 1 host" in done.stdout


def test_a_whole_play_that_only_looks_shows_what_it_would_do(rig: fleet.Rig) -> None:
    done = rig.run({"app1": {}}, [write("Write")], check_mode=True)
    assert "app1  Write  would change" in done.stdout, done.stdout
    assert "1 would change · 1 host" in done.stdout


def test_no_name_from_a_host_steers_the_terminal(rig: fleet.Rig) -> None:
    names = ["x\x1b[2Jy", "x\x9b31my", "x\u202ey", "x\ny"]
    loop = {"name": "Loop", "debug": {"msg": "{{ item }}"}, "loop": names}
    tasks = [loop, {"name": "Differ", "copy": {"content": "|".join(names), "dest": "{{ playbook_dir }}/other"}}]
    done = rig.run({"app1": {}}, tasks, "--diff")
    assert done.returncode == 0, done.stdout
    shown = done.stdout.replace("\x1b[0;32m", "")
    assert not STEERING.search(shown), [line for line in shown.splitlines() if STEERING.search(line)]
    assert len([line for line in shown.splitlines() if line.startswith("app1  Loop (x")]) == len(names)
