# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts as the front end's playbook finds them: files, Python, an edge and nginx, without systemd around them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import docker

from tests import rendering
from tests.integration import lab_images
from tests.integration.edge import edges

ROOT = Path(__file__).resolve().parents[3]
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))
HOSTS = ("app1", "app2")
COMPONENTS = ["haproxy", "echodiary", "frontend"]
GIVEN: dict[str, Any] = {"components": COMPONENTS, "frontend_image": "nginx", "echodiary_secrets_source": "inventory"}


class Fleet(NamedTuple):
    """``hosts``: name to its container."""

    place: Path
    hosts: dict[str, Any]

    def play(self, *words: str, playbook: str = "frontend") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "ANSIBLE_HOST_KEY_CHECKING": "false", "PWD": str(self.place), "ANSIBLE_NOCOLOR": "1"}
        command = [PLAYBOOK, "-i", str(self.place / "inventory.json"), f"echodiary.infra.{playbook}", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)

    def run(self, host: str, script: str) -> str:
        done = self.hosts[host].exec_run(["sh", "-c", script])
        assert done.exit_code == 0, done.output
        return str(done.output.decode())

    def page(self, host: str) -> str:
        """What users of that host's edge get."""
        return self.run(
            host, "python3 -c \"import urllib.request as r; print(r.urlopen('http://127.0.0.1/', timeout=10).read().decode())\""
        )


@contextlib.contextmanager
def running(place: Path) -> Iterator[Fleet]:
    client, made = docker.from_env(), {}
    nginx, host = lab_images.service("nginx"), lab_images.host()
    variables = {**GIVEN, "hostvars": dict.fromkeys(HOSTS, GIVEN), "groups": {"all": list(HOSTS), "app": list(HOSTS)}}
    with contextlib.ExitStack() as stack:
        for name in HOSTS:
            mounts = _configured(place / name, {**variables, "inventory_hostname": name})
            command = ["sh", "-c", "mkdir -p /run/haproxy && exec haproxy -W -f /etc/haproxy/haproxy.cfg"]
            one = client.containers.run(
                host, command, entrypoint=[], name=f"{edges.NAME}-{name}-{os.getpid()}", detach=True, volumes=mounts
            )
            stack.callback(one.remove, force=True, v=True)
            other = client.containers.run(
                nginx, [], entrypoint=["nginx", "-c", "/etc/echodiary/frontend/nginx.conf"], detach=True, user="59080:59080",
                network_mode=f"container:{one.id}", read_only=True, cap_drop=["ALL"], tmpfs={"/tmp": ""},
                volumes={str(place / name / "etc/echodiary/frontend"): {"bind": "/etc/echodiary/frontend", "mode": "ro"},
                         str(place / name / "served"): {"bind": "/srv/frontend", "mode": "ro"}},
            )  # fmt: skip
            stack.callback(other.remove, force=True, v=True)
            made[name] = one
        told = {name: {**GIVEN, "ansible_connection": "community.docker.docker", "ansible_host": one.name} for name, one in made.items()}
        inventory = {"all": {"children": {"app": {"hosts": told}}, "vars": {"ansible_become": False}}}
        (place / "inventory.json").write_text(json.dumps(inventory))
        yield Fleet(place, made)


def _configured(place: Path, variables: dict[str, Any]) -> dict[str, dict[str, str]]:
    for role in ("haproxy", "frontend"):
        for path, text in rendering.tree(role, **variables).items():
            if path.startswith("/etc/"):
                (place / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
                (place / path.lstrip("/")).write_text(text)
    for name in ("served", "haproxy"):
        (place / name).mkdir()
    (place / "haproxy/edge.map").write_text("")
    return {
        str(place / "etc/haproxy"): {"bind": "/etc/haproxy", "mode": "ro"},
        str(place / "haproxy"): {"bind": "/var/lib/haproxy", "mode": "rw"},
        str(place / "served"): {"bind": "/opt/echodiary/frontend", "mode": "rw"},
    }
