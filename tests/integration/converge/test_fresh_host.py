# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode on a host that was never converged, and what the first apply then does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests import warm
from tests.integration.converge.conftest import Story
from tests.integration.converge.machine import ROOT, Machine, task


def test_check_leaves_no_trace(story: Story) -> None:
    assert not story.run[0].failed, story.run[0].msg
    assert story.before ^ story.after_check == set()
    assert len(story.before) > 1000
    assert story.docker_events == ""


def test_check_predicts_what_apply_then_reports(story: Story) -> None:
    predicted, applied = story.run[0], story.run[1]
    assert predicted.actions == applied.actions
    assert {origin for _, _, origin in predicted.actions} == {"pending"}
    named = {resource for resource, _, _ in predicted.actions}
    assert named >= {
        "package:time", "user:demo", "sysctl:net.ipv4.ip_local_port_range", "directory:/var/lib/demo", "file:/etc/demo/demo.conf",
        "unit:demo.service", "service:web",
    }  # fmt: skip


def test_applied_it_is_really_there(story: Story, machine: Machine) -> None:
    assert {name: one["status"] for name, one in story.run[1].components.items()} == {"demo": "changed", "web": "changed"}
    assert machine.served() == "hello"
    assert machine.sh("docker ps --format '{{.Names}}'") == "web-web-1"
    assert machine.sh("dpkg-query -W -f '${db:Status-Status}' time") == "installed"
    assert machine.sh("stat -c '%U:%G %a' /etc/demo/demo.conf /var/lib/demo /etc/demo/secret.env").splitlines() == [
        "root:demo 640", "demo:demo 755", "root:demo 600"]  # fmt: skip


def test_the_second_apply_changes_nothing_and_the_check_after_is_clean(story: Story) -> None:
    again, check = story.run[2], story.run[3]
    assert (again.failed, again.result["changed"], again.actions) == (False, False, [])
    assert (check.result["changed"], check.actions, check.result["sync"], check.result["health"]) == (False, [], "Synced", "Healthy")


def test_a_run_without_changes_is_exactly_one_remote_call(machine: Machine) -> None:
    for words in ((), ("--check",)):
        run = machine.play({}, words=words)
        assert run.code == 0
        assert run[0].result["remote_calls"] == 1
        assert run.calls == 1, machine.log.read_text()


def test_what_a_host_keeps_does_not_travel_again(machine: Machine, tmp_path: Path) -> None:
    """Both ways, of a run that has nothing to do and of a check; and of one that has, what differs and little else."""
    wrapper = tmp_path / "ssh"
    wrapper.write_text(f'#!/bin/bash\nset -o pipefail\ntee -a {tmp_path}/in | ssh "$@" | tee -a {tmp_path}/out\n')
    wrapper.chmod(0o755)

    def travelled(*words: str, **variables: Any) -> tuple[int, int]:
        for name in ("in", "out"):
            (tmp_path / name).write_bytes(b"")
        command = [warm.PLAYBOOK, *machine.command([task(**variables)], words)[1:]]
        told = {**machine.environment(), "ANSIBLE_SSH_EXECUTABLE": str(wrapper)}
        done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return (tmp_path / "in").stat().st_size, (tmp_path / "out").stat().st_size

    assert sum(travelled()) <= 2048 and sum(travelled("--check")) <= 2048
    greeting = os.urandom(2000).hex().translate({ord("b"): "h"})
    assert len(greeting) // 2 < travelled(demo_greeting=greeting)[0] < len(greeting) + 2048
    assert sum(travelled(demo_greeting=greeting)) <= 2048
    travelled()
