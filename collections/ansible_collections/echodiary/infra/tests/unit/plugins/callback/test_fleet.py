# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback in real runs of ansible-playbook, with an action plugin that answers what the inventory says."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COLLECTIONS = Path(__file__).parents[7]
ACTION = """
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        Display().display("live line from " + task_vars["inventory_hostname"])
        return dict(task_vars["canned"])
"""
CONVERGE = {"name": "Converge", "converge": {}}
DRIFT = {
    "resource": "file:/etc/haproxy/haproxy.cfg",
    "action": "update",
    "origin": "corrective",
    "fields": {"mode": ["0644", "0600"]},
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "why": "content differs",
}


def component(name: str, **given: Any) -> dict[str, Any]:
    base = {"name": name, "status": "ok", "sync": "Synced", "health": "Healthy", "msg": "", "changes": []}
    return {**base, "notes": [], "seconds": {}, **given}


def canned(*components: dict[str, Any], **given: Any) -> dict[str, Any]:
    base = {"changed": False, "failed": False, "msg": "", "sync": "Synced", "health": "Healthy", "remote_calls": 1}
    return {"canned": {**base, "seconds": 0.31, "components": list(components), **given}}


IN_SYNC = canned(component("baseline"), component("haproxy"))
DRIFTED = canned(
    component("baseline"),
    component("haproxy", status="changed", sync="Synced", changes=[DRIFT], seconds={"apply": 1.2}),
    changed=True,
)
FAILED = canned(component("prometheus", status="failed", health="Degraded", msg="promtool: bad"), failed=True, msg="x")


class Rig:
    """A directory with an inventory, a play and the canned action."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "action_plugins").mkdir()
        (directory / "action_plugins" / "converge.py").write_text(ACTION)
        (directory / "ansible.cfg").write_text("[defaults]\n")

    def run(
        self,
        hosts: dict[str, Any],
        tasks: list[dict[str, Any]],
        *arguments: str,
        program: str = "",
        pattern: str = "all",
        **play: Any,
    ) -> subprocess.CompletedProcess[str]:
        variables = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        inventory = {"all": {"vars": variables, "hosts": hosts}}
        (self.directory / "hosts.json").write_text(json.dumps(inventory))
        site = [{"name": "Site", "hosts": pattern, "gather_facts": False, "tasks": tasks, **play}]
        (self.directory / "site.yml").write_text(json.dumps(site))
        command = [program] if program else ["ansible-playbook", "site.yml"]
        return subprocess.run(
            [str(Path(sys.executable).with_name(command[0])), *command[1:], "-i", "hosts.json", *arguments],
            cwd=self.directory,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        return {
            **kept,
            "ANSIBLE_CONFIG": str(self.directory / "ansible.cfg"),
            "ANSIBLE_ACTION_PLUGINS": str(self.directory / "action_plugins"),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_STDOUT_CALLBACK": "echodiary.infra.fleet",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_HOME": str(self.directory / "home"),
            "COLUMNS": "120",
        }


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_a_fleet_in_sync(rig: Rig) -> None:
    done = rig.run({"app1": IN_SYNC, "application2": IN_SYNC}, [CONVERGE], vars={"next_steps": ["open {{ 1 + 1 }}"]})
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "app1          2 components in sync  0.31 s" in lines
    assert "application2  2 components in sync  0.31 s" in lines
    assert "live line from app1" in lines
    assert "baseline  ✓ Synced Healthy  ✓ Synced Healthy" in lines
    assert lines[-2].startswith("0 changed · 2 hosts · 1 remote call each · ")
    assert lines[-1] == "next: open 2"
    assert "\x1b" not in done.stdout
    assert "WARNING" not in done.stderr


def test_check_mode_with_a_failed_and_an_unreachable_host(rig: Rig) -> None:
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    hosts = {"app1": DRIFTED, "mon1": FAILED, "gone": gone}
    done = rig.run(hosts, [{"name": "Reach", "ping": {}}, CONVERGE], "--check")
    assert "app1  haproxy  would update /etc/haproxy/haproxy.cfg (changed on the host)  1.20 s" in done.stdout
    assert "mon1  prometheus  failed: promtool: bad" in done.stdout
    assert "gone  unreachable: " in done.stdout
    assert "? gone: Unknown" in done.stdout
    assert "1 would change · 1 failed · 1 unreachable · 3 hosts" in done.stdout
    last = done.stdout.splitlines()[-1]
    assert last == "next: mend what is said above, then ansible-playbook site.yml -i hosts.json --limit mon1,gone"
    assert "-x" not in done.stdout


def test_drift_says_how_to_apply_and_v_shows_the_difference(rig: Rig) -> None:
    done = rig.run({"app1": DRIFTED}, [CONVERGE], "--check", "-v")
    assert done.stdout.splitlines()[-1] == "next: ansible-playbook site.yml -i hosts.json"
    assert "  mode: 0644 -> 0600" in done.stdout
    assert "+y" in done.stdout


def test_what_was_typed_is_shown_as_it_can_be_typed_again(rig: Rig) -> None:
    given = ["reason='two words'", '{"web_port": 8080}', "db_password=hunter22"]
    done = rig.run({"app1": DRIFTED}, [CONVERGE], "--check", *(word for text in given for word in ("-e", text)))
    last = done.stdout.splitlines()[-1]
    assert "hunter22" not in done.stdout
    typed = shlex.split(last.removeprefix("next: ").partition(" (")[0])
    assert typed == ["ansible-playbook", "site.yml", "-i", "hosts.json", "-e", given[0], "-e", given[1], "-e", "db_password=«secret»"]


def test_ordinary_tasks_are_quiet_unless_they_have_something_to_say(rig: Rig) -> None:
    tasks = [
        {"name": "Quiet", "set_fact": {"x": 1}},
        {"name": "Skipped", "debug": {"msg": "never"}, "when": False},
        {"name": "Write", "copy": {"content": "text\n", "dest": "{{ playbook_dir }}/out-{{ item }}"}, "loop": [1, 2]},
        {"name": "Say", "debug": {"msg": "hello"}},
        {"name": "Ignored", "command": "sh -c 'echo why >&2; exit 3'", "ignore_errors": True},
        {"name": "Fatal", "debug": {"msg": "{{ undefined_here }}"}},
    ]
    done = rig.run({"app1": {}}, tasks, "--diff", strategy="free")
    lines = done.stdout.splitlines()
    assert done.returncode == 2
    assert "app1  Write (1)  changed" in lines
    assert "        +text" in lines
    assert "app1  Say: hello" in lines
    assert any(line.startswith("app1  Ignored  failed: ") for line in lines)
    assert "          why" in lines
    assert any("undefined_here" in line for line in lines if line.startswith("app1  Fatal  failed: "))
    assert "Quiet" not in done.stdout
    assert "Skipped" not in done.stdout
    assert "table" not in done.stdout
    assert lines[-2].startswith("2 changed · 1 failed · 1 host · ")


def test_hidden_results_stay_hidden(rig: Rig) -> None:
    tasks = [{"name": "Secret", "command": "sh -c 'echo hunter2; exit 1'", "no_log": True}]
    done = rig.run({"app1": {}}, tasks, "-vvv", "--diff")
    assert done.returncode == 2
    assert "hidden" in done.stdout
    assert "hunter2" not in done.stdout


def test_verbose_runs_show_everything(rig: Rig) -> None:
    done = rig.run({"app1": IN_SYNC}, [{"name": "Quiet", "set_fact": {"x": 17}}, CONVERGE], "-vvv")
    assert "task: Quiet" in done.stdout
    assert '"x": 17' in done.stdout
    assert '"remote_calls": 1' in done.stdout


def test_a_loop_over_converge_shows_each(rig: Rig) -> None:
    done = rig.run({"app1": IN_SYNC}, [{**CONVERGE, "loop": [1, 2]}])
    assert done.stdout.count("2 components in sync") == 2
    assert "2 remote calls" in done.stdout


def test_nobody_to_work_on_is_said(rig: Rig) -> None:
    done = rig.run({"app1": {}}, [], pattern="nobody")
    assert "no host matched: nobody" in done.stdout
    assert "nothing was done" in done.stdout.splitlines()[-1]


def test_the_ansible_command_shows_results(rig: Rig) -> None:
    done = rig.run({"app1": {}}, [], "all", "-m", "command", "-a", "echo hello", program="ansible")
    assert done.returncode == 0, done.stderr
    assert '"stdout": "hello"' in done.stdout
    assert "next:" not in done.stdout


def test_a_broken_next_step_does_not_break_the_run(rig: Rig) -> None:
    done = rig.run({"app1": IN_SYNC}, [CONVERGE], vars={"next_steps": ["{{ missing }}"]})
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("next: mend the variable next_steps: ")
