# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkout in which everything is real but the hosts: converge, lease and history answer from a file instead.

git, ansible-runner, ansible-playbook, the playbooks, the callback and the command are the ones of this repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
COLLECTION = Path("collections/ansible_collections/echodiary/infra")

ACTION = """
import json, os, pathlib, time
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    _supports_check_mode = True
    def run(self, tmp=None, task_vars=None):
        path = pathlib.Path(task_vars["world"])
        world = json.loads(path.read_text())
        return getattr(self, "_NAME_")(world, path, task_vars["inventory_hostname"])

    def converge(self, world, path, host):
        self._low_level_execute_command("true")  # a host that is gone shows here
        path.with_name("asked").touch()
        time.sleep(world.get("takes", 0))
        names = self._task.args["components"]
        declared = world["hosts"][host]
        found = [self._component(name, declared[name], path, host) for name in names]
        order = ("Synced", "OutOfSync", "Unknown")
        bad = not self._task.check_mode and any(one["status"] in ("failed", "taken_back") for one in found)
        return {"components": found, "undeclared": [], "remote_calls": 1, "seconds": 0.1, "failed": bad, "msg": "bad" if bad else "",
                "changed": any(one["changes"] for one in found), "sync": max((one["sync"] for one in found), key=order.index)}

    def _component(self, name, state, path, host):
        entry = {"name": name, "status": "ok", "sync": "Synced", "health": state.get("health", "Healthy"), "msg": "", "changes": [],
                 "notes": [], "seconds": {}}
        if state.get("drift") and not path.with_name(f"healed-{host}-{name}").exists():
            change = {"resource": state["drift"], "action": "update", "origin": state.get("origin", "corrective"), "fields": {}, "diff": "",
                      "why": "x"}
            entry.update(sync="OutOfSync", changes=[change], watched=[state["drift"]] if state.get("undeclared") else [])
        if self._task.check_mode:
            return entry
        with open(path.with_name("applied"), "a") as log:
            log.write(f"{host}/{name}\\n")
        outcome = state.get("apply", "changed")
        if outcome == "changed":
            path.with_name(f"healed-{host}-{name}").touch()
            entry.update(sync="Synced", status="changed" if entry["changes"] else "ok")
        else:
            entry.update(status=outcome, msg="no health after 60 s\\nlog")
        return entry

    def deploy_lock(self, world, path, host):
        if world.get("held") and self._task.args.get("state", "acquired") == "acquired":
            return {"failed": True, "msg": "lock deploy is held by bob: deploy 1.2"}
        return {"changed": True, "token": 7, "lease": {}, "msg": "held"}

    def release_history(self, world, path, host):
        return {"changed": False, "entries": world.get("releases", [])}

    def evidence(self, world, path, host):
        found = {one["name"]: {change["resource"]: {"owner": "ann"} for change in one["changes"]} for one in self._task.args["components"]}
        return {"changed": False, "evidence": {}, "components": found}
"""


class Checkout:
    """``world``: {"hosts": {host: {component: state}}, "held": bool, "releases": [...], "takes": seconds}.

    ``state``: drift, undeclared, origin, health, apply.
    """

    #: seconds that a command may take
    TIMEOUT = 120.0

    def __init__(self, place: Path) -> None:
        self.root = place / "checkout"
        self.world = place / "world.json"
        shutil.copytree(ROOT / "playbooks", self.root / "playbooks")
        shutil.copytree(ROOT / COLLECTION, self.root / COLLECTION, ignore=shutil.ignore_patterns("tests", "roles", "__pycache__"))
        for name in ("ansible.cfg", ".gitignore"):
            shutil.copy(ROOT / name, self.root)
        for name in ("converge", "deploy_lock", "release_history", "evidence"):
            (self.root / COLLECTION / "plugins/action" / f"{name}.py").write_text(ACTION.replace("_NAME_", name))
        (self.root / COLLECTION / "playbooks/tasks/secrets.yml").write_text(
            "---\n- name: No secrets\n  ansible.builtin.debug:\n    msg: none\n"
        )
        (self.root / "gitops/environments").mkdir(parents=True)
        self.policy(modes={"default": "heal"}, remote="")
        self.be(app1={"web": {}, "edge": {}}, app2={"web": {}}, mon1={"prometheus": {}})
        self.git("init", "-q", "-b", "main")
        self.commit("begin")

    # The world

    def be(self, *, held: bool = False, releases: list[dict[str, Any]] | None = None, takes: float = 0, **hosts: dict[str, Any]) -> None:
        self.hosts = hosts
        for mark in self.world.parent.glob("healed-*"):
            mark.unlink()
        self.world.write_text(json.dumps({"hosts": hosts, "held": held, "releases": releases or [], "takes": takes}))
        self.inventory()

    def inventory(self, **extra: dict[str, Any]) -> None:
        groups: dict[str, Any] = {}
        for name, components in self.hosts.items():
            group = groups.setdefault(name.rstrip("0123456789"), {"hosts": {}})
            group["hosts"][name] = {"components": list(components), **extra.get(name, {})}
        variables = {"ansible_connection": "local", "ansible_become": False, "world": str(self.world), "echodiary_environment": "test"}
        path = self.world.with_name("inventory") / "hosts.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"all": {"vars": variables, "children": groups}}))

    def applied(self) -> list[str]:
        """ "host/component" of every converge that was not in check mode, in order."""
        log = self.world.with_name("applied")
        return log.read_text().split() if log.exists() else []

    # git

    def policy(self, **given: Any) -> None:
        (self.root / "gitops/environments/test.yml").write_text(json.dumps(given))

    def commit(self, subject: str) -> str:
        self.git("add", "-A")
        self.git("-c", "user.name=ann", "-c", "user.email=ann@example.org", "commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", str(self.root), *words], capture_output=True, text=True, timeout=30, check=True)
        return done.stdout

    # The command

    def gitops(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**{key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-m", "gitops", "-i", str(self.world.with_name("inventory")), "--environment", "test", *words],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=self.TIMEOUT,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """The command, running beside the test."""
        environment = {**{key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "gitops", "-i", str(self.world.with_name("inventory")), "--environment", "test", *words]
        return subprocess.Popen(command, cwd=self.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / ".drift/test/report.json").read_text())
        return found

    def watch_state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / ".gitops/test/watch.json").read_text())
        return found
