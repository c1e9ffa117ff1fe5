# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests begin playbooks where Ansible is imported already: what comes of it is what the real command says and does."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import warm
from tests.integration.local_play import PLAYBOOK, ROOT
from tests.waiting import eventually


def played(program: str, place: Path, *tasks: dict[str, object], words: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        command(program, place, *tasks, words=words), cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, re.sub(r"[\d.]+ s\b", "", done.stdout)


def command(program: str, place: Path, *tasks: dict[str, object], words: tuple[str, ...] = ()) -> list[str]:
    path = place / "play.json"
    path.write_text(json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}]))
    return [program, "-i", "localhost,", str(path), *words]


SAYS = {"ansible.builtin.debug": {"msg": "{{ lookup('env', 'WHO') }} in {{ lookup('pipe', 'pwd') }}"}}
FAILS = {"ansible.builtin.command": "false"}


@pytest.mark.parametrize(
    ("tasks", "words", "environment"),
    [
        ([SAYS], (), {"WHO": "ann"}),
        ([SAYS], ("--check", "-v"), {"WHO": "bob", "ANSIBLE_STDOUT_CALLBACK": "default"}),
        ([SAYS, FAILS], (), {}),
        ([{"nothing.of.ours": {}}], (), {}),
        ([], ("--no-such-word",), {}),
    ],
)
def test_as_the_real_one(tasks: list[dict[str, object]], words: tuple[str, ...], environment: dict[str, str], tmp_path: Path) -> None:
    warmed, real = (played(program, tmp_path, *tasks, words=words, **environment) for program in (warm.PLAYBOOK, PLAYBOOK))
    assert warmed == real


def test_whose_program_is_killed_goes_no_further(tmp_path: Path) -> None:
    works = {"ansible.builtin.shell": f"touch {tmp_path}/begun; sleep 3; touch {tmp_path}/ended"}
    further = {"ansible.builtin.file": {"path": f"{tmp_path}/further", "state": "touch"}}
    running = subprocess.Popen(command(warm.PLAYBOOK, tmp_path, works, further), cwd=ROOT, stdin=subprocess.DEVNULL)
    eventually(lambda: (tmp_path / "begun").exists(), 60)
    running.kill()
    running.wait()
    eventually(lambda: (tmp_path / "ended").exists(), 30)
    with pytest.raises(AssertionError):
        eventually(lambda: (tmp_path / "further").exists(), 3)


def test_nothing_stays_of_a_process_that_nobody_asks_any_more(tmp_path: Path) -> None:
    place = Path(f"/tmp/echodiary-warm-{os.getuid()}")
    before = set(place.glob("*"))
    code, _ = played(warm.PLAYBOOK, tmp_path, ANSIBLE_OF_ITS_OWN=str(tmp_path), WARM_IDLE="1")
    mine = {path for path in set(place.glob("*")) - before if f"{tmp_path}" in _environment(path)}
    assert code == 0 and mine
    eventually(lambda: not any(path.exists() for path in mine), 30)


def _environment(path: Path) -> str:
    """Of the process that began with ``path``, or with what it is named after."""
    found = (one for one in Path("/proc").glob("[0-9]*/cmdline") if path.name.partition(".")[0] in one.read_text(errors="replace"))
    return "".join(one.with_name("environ").read_text(errors="replace") for one in found)
