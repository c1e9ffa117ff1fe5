# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab host of its own for the tests of converge: commands on it, and real ansible-playbook runs against it over ssh."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import warm
from tests.session import Session

ROOT = Path(__file__).resolve().parents[3]
ROLES = Path(__file__).parent / "roles"
NAME = "converge-test"
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))

DEMO_PASSWORD = "hunter22-demo"
WEB_SECRET = "hunter22-web"

#: a root file system of a shell and three programs, taken from the host itself: nothing has to be pulled
IMAGE = """
set -e
programs="/bin/sh /bin/cat /bin/sleep /bin/true"
libraries=$(for p in $programs; do ldd $p; done | grep -o '/[^ ]*' | sort -u)
tar -ch $programs $libraries 2>/dev/null | docker import - converge-test/web:1
docker import -m other - converge-test/web:2 < /dev/null 2>/dev/null || true
docker rmi -f converge-test/web:2 >/dev/null 2>&1 || true
id=$(docker create converge-test/web:1 true)
docker commit -m other $id converge-test/web:2
docker rm $id
"""

#: what a check may not change: every path with its kind, mode, owner, size and times; the package database; containers
FOOTPRINT = """
find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev -o -path /var/log -o -path /var/lib/docker
  -o -path /var/lib/containerd \\) -prune -o -printf '%p %y %m %u:%g %s %T@ %l\\n'
  | grep -v '^/var/lib/systemd/timers\\|^/var/lib/sudo' | sort
md5sum /var/lib/dpkg/status /etc/passwd /etc/group
""".replace("\n  ", " ")


class Task:
    """What converge returned to one task."""

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        self.failed = bool(result.get("failed"))
        self.msg = str(result.get("msg", ""))
        self.components: dict[str, dict[str, Any]] = {one["name"]: one for one in result.get("components", [])}

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [change for one in self.components.values() for change in one["changes"]]

    @property
    def origins(self) -> dict[str, str]:
        return {change["resource"]: change["origin"] for change in self.changes}

    @property
    def actions(self) -> list[tuple[str, str, str]]:
        return sorted((change["resource"], change["action"], change["origin"]) for change in self.changes)


class Run:
    """One finished ansible-playbook."""

    def __init__(self, code: int, output: str, calls: int, hosts: tuple[str, ...]) -> None:
        self.code, self.output, self.calls = code, output, calls
        start = output.find('{\n    "')
        played = json.JSONDecoder().raw_decode(output[start:])[0] if start >= 0 else {"plays": []}
        found = [task["hosts"] for play in played["plays"] for task in play["tasks"]]
        self.tasks = {host: [Task(one[host]) for one in found if host in one] for host in hosts}

    def __getitem__(self, number: int) -> Task:
        return self.tasks["machine"][number]


class Machine:
    """The host under test. ``place`` holds the playbook, the inventory and roles that a test invents."""

    name, subnet, port_offset, roles = NAME, "172.30.187.0/24", "3000", ROLES
    image = "host"

    def __init__(self, place: Path) -> None:
        self.place = place
        self.login = self.create(self.name, self.image)
        self.container = f"{self.name}-{self.name}"
        self.session = Session(self.container)
        self._wrap_ssh()

    def create(self, name: str, image: str) -> dict[str, Any]:
        """How to reach it."""
        found: dict[str, Any] = json.loads(self.lab("host", "create", name, "--image", image, "--json").splitlines()[-1])
        return found

    def lab(self, *words: str) -> str:
        command = [sys.executable, "-m", "lab", *words]
        own = {"LAB_NAME": self.name, "LAB_SUBNET": self.subnet, "LAB_PORT_OFFSET": self.port_offset}
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def destroy(self) -> None:
        self.session.close()
        self.lab("host", "destroy", self.name)

    # -- on the host ---------------------------------------------------------------------------------------------------

    def sh(self, script: str, *, check: bool = True) -> str:
        done = self.session.run(["sh", "-c", script])
        assert not check or done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def start(self, script: str) -> subprocess.Popen[str]:
        """Something on the host that runs beside a playbook."""
        return subprocess.Popen(["docker", "exec", "-i", self.container, "sh", "-c", script], stdout=subprocess.PIPE, text=True)

    def footprint(self) -> set[str]:
        return set(self.sh(FOOTPRINT, check=False).splitlines())

    def pid(self, unit: str) -> str:
        return self.sh(f"systemctl show -p MainPID --value {unit}")

    def served(self) -> str:
        script = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8123/', timeout=3).read().decode())"
        return self.sh(f'python3 -c "{script}"', check=False).strip()

    # -- runs ----------------------------------------------------------------------------------------------------------

    def _wrap_ssh(self) -> None:
        """Every process the controller starts to reach a host is written down."""
        self.log = self.place / "ssh.log"
        wrapper = self.place / "ssh"
        wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" | tr "\\n" " " >> {self.log}\necho >> {self.log}\nexec ssh "$@"\n')
        wrapper.chmod(0o755)

    def _inventory(self, more: dict[str, Any]) -> Path:
        known = ROOT / ".lab" / self.name / "known_hosts"
        variables = {
            "ansible_host": self.login["address"],
            "ansible_user": self.login["user"],
            "ansible_ssh_private_key_file": self.login["identity_file"],
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes",
            "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_become": True,
            "demo_password": DEMO_PASSWORD,
            "web_secret": WEB_SECRET,
        }
        path = self.place / "inventory.json"
        path.write_text(json.dumps({"all": {"hosts": {"machine": {}, **more}, "vars": variables}}))
        return path

    def command(self, tasks: list[dict[str, Any]], words: tuple[str, ...] = (), hosts: dict[str, Any] | None = None) -> list[str]:
        """``tasks``: {"components": [...], "check": bool, "vars": {...}} each; a failing one does not keep the next from running.

        ``action`` (module name to arguments) takes the place of converging ``components``.
        """
        play: dict[str, Any] = {"hosts": "all", "gather_facts": False, "tasks": []}
        for task in tasks:
            entry: dict[str, Any] = {
                "name": "Converge",
                **task.get("action", {"echodiary.infra.converge": {"components": task.get("components", ["demo", "web"])}}),
                "vars": task.get("vars", {}),
                "ignore_errors": len(tasks) > 1,
            }
            if "check" in task:
                entry["check_mode"] = task["check"]
            play["tasks"].append(entry)
        number = len(list(self.place.glob("play*.yml")))
        path = self.place / f"play{number}.yml"
        path.write_text(json.dumps([play]))
        return [PLAYBOOK, str(path), "-i", str(self._inventory(hosts or {})), *words]

    def environment(self, *, readable: bool = False) -> dict[str, str]:
        callback = {} if readable else {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
        return {
            **os.environ,
            **callback,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_ROLES_PATH": str(self.roles),
            "ANSIBLE_SSH_EXECUTABLE": str(self.place / "ssh"),
            "ANSIBLE_FORCE_COLOR": "0",
        }

    def play(self, *tasks: dict[str, Any], words: tuple[str, ...] = (), hosts: dict[str, Any] | None = None, readable: bool = False) -> Run:
        self.log.write_text("")
        command = [warm.PLAYBOOK, *self.command(list(tasks), words, hosts)[1:]]
        environment = self.environment(readable=readable)
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)
        return Run(done.returncode, done.stdout + done.stderr, len(self.log.read_text().splitlines()), ("machine", *(hosts or {})))

    def one(self, components: list[str] | None = None, *, check: bool = False, **variables: Any) -> Task:
        """A single converge."""
        return self.play(task(components, check=check, **variables))[0]

    def spawn(self, *tasks: dict[str, Any]) -> subprocess.Popen[str]:
        """A playbook that runs beside the test."""
        command = self.command(list(tasks))
        return subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def role(self, name: str, **files: str) -> str:
        """A role of one test: ``component`` is component.yml, ``defaults`` and ``specs`` likewise, the rest by path."""
        known = {"component": "component.yml", "defaults": "defaults/main.yml", "specs": "meta/argument_specs.yml"}
        for key, text in files.items():
            path = self.place / "roles" / name / known.get(key, key)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return name

    @contextmanager
    def without_docker(self) -> Iterator[None]:
        self.sh("systemctl stop docker.socket docker.service")
        try:
            yield
        finally:
            self.sh("systemctl start docker.service && docker ps >/dev/null")


def task(components: list[str] | None = None, *, check: bool = False, **variables: Any) -> dict[str, Any]:
    return {"components": components or ["demo", "web"], "check": check, "vars": variables}
