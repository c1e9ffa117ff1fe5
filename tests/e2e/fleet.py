# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of its own for the end-to-end tests, and what the tests ask of it: plays, commands on hosts, footprints."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.settings import Settings
from tests import warm

ROOT = Path(__file__).resolve().parents[2]
#: Checkouts that test side by side on one machine each take a number of their own, from 1 to 20.
SLOT = int(os.environ.get("E2E_SLOT") or 0)
NAME = f"echodiary-e2e-{SLOT}" if SLOT else "echodiary-e2e"
SUBNET = f"172.30.{200 + SLOT}" if SLOT else "172.30.78"
PORT_OFFSET = 2000 + 10 * SLOT
ENVIRONMENT = {"LAB_NAME": NAME, "LAB_SUBNET": f"{SUBNET}.0/24", "LAB_PORT_OFFSET": str(PORT_OFFSET), "LAB_APP_HOSTS": "2"}
HOSTS = ("app1", "app2", "mon1")
INVENTORY = ROOT / ".lab" / NAME / "inventory"
#: E2E_FIREWALL=1: every host has component firewall
WALLED = os.environ.get("E2E_FIREWALL") == "1"

#: everything outside these is compared before and after: a kernel's and a boot's own business is not ours
VOLATILE = "/proc /sys /run /tmp /dev /var/lib/docker /var/log /var/lib/containerd /var/lib/systemd /home/admin/.ansible /var/lib/chrony"


def secrets() -> dict[str, str]:
    """The lab's passwords. Whose they are stands beside them and is no secret."""
    known: dict[str, str] = json.loads((INVENTORY.parent / "secrets.json").read_text())
    return {name: value for name, value in known.items() if name.endswith("_password")}


def lab(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lab", *words],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def boot() -> None:
    """Hosts that have just booted, and an empty database."""
    lab("down", "--keep-images")
    lab("up")
    for host in HOSTS:
        # sudo marks an account at its first use; that is the login's trace, not the check's
        on(host, "su admin -c 'sudo -n true'")
    if WALLED:
        from tests.e2e import walled

        walled.wall()


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    full = {**os.environ, **ENVIRONMENT, **environment}
    return subprocess.run(command, cwd=ROOT, env=full, capture_output=True, text=True, timeout=900, check=False)


class Play:
    """One finished run of a playbook."""

    def __init__(self, code: int, output: str, result: dict[str, Any] | None, ssh_calls: dict[str, int]) -> None:
        self.code, self.output, self.ssh_calls = code, output, ssh_calls
        self.hosts: dict[str, dict[str, Any]] = {}
        #: of each time that hosts were converged
        self.converged: list[dict[str, dict[str, Any]]] = []
        for play in (result or {}).get("plays", []):
            for task in play["tasks"]:
                if task["task"]["name"] == "Converge":
                    self.hosts.update(task["hosts"])
                    self.converged.append(task["hosts"])

    def changes(self, host: str) -> dict[str, list[tuple[str, str]]]:
        """component -> sorted (resource, action)."""
        return {
            component["name"]: sorted((change["resource"], change["action"]) for change in component["changes"])
            for component in self.hosts[host]["components"]
        }

    def origins(self, host: str) -> dict[str, str]:
        return {change["resource"]: change["origin"] for component in self.hosts[host]["components"] for change in component["changes"]}


def play(*words: str, tmp: Path, readable: bool = False, playbook: str = "site.yml") -> Play:
    """A playbook on the fleet; as data unless ``readable``. Every ssh the run starts is logged by a wrapper and counted."""
    log = tmp / "ssh.log"
    log.write_text("")
    wrapper = INVENTORY.parent / "ssh-counted"
    wrapper.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >> "$SSH_LOG"\nexec /usr/bin/ssh "$@"\n')
    wrapper.chmod(0o755)
    callback = {} if readable else {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
    environment = {**callback, "ANSIBLE_SSH_EXECUTABLE": str(wrapper), "SSH_LOG": str(log), "ANSIBLE_FORCE_COLOR": "0"}
    done = _run([warm.PLAYBOOK, playbook, "-i", str(INVENTORY), *words], environment)
    calls = {host: sum(f" {SUBNET}.{last} " in line for line in log.read_text().splitlines()) for host, last in addresses().items()}
    result = None if readable else _json(done.stdout)
    return Play(done.returncode, done.stdout + done.stderr, result, calls)


def converge(tmp: Path) -> None:
    """``site.yml`` on the whole fleet, which has to succeed."""
    ran = play(tmp=tmp)
    assert ran.code == 0, ran.output


def _json(output: str) -> dict[str, Any] | None:
    start = output.find("{\n")
    try:
        answer: dict[str, Any] = json.JSONDecoder().raw_decode(output[start:])[0]
    except ValueError:
        return None
    return answer


def addresses() -> dict[str, int]:
    return {"app1": 11, "app2": 12, "mon1": 5}


def address(host: str) -> str:
    return f"{SUBNET}.{addresses()[host]}"


def address6(last: str) -> str:
    """Of whoever has this last part of an address."""
    return Settings(ROOT, NAME, IPv4Network(f"{SUBNET}.0/24")).address6(f"{SUBNET}.{last}")


def at(last: str) -> list[str]:
    """How Docker is told which addresses a container has in the network."""
    further = docker("network", "inspect", "-f", "{{.EnableIPv6}}", NAME).strip() == "true"
    return ["--ip", f"{SUBNET}.{last}", *(["--ip6", address6(last)] if further else [])]


def docker(*words: str, stdin: str = "") -> str:
    done = subprocess.run(["docker", *words], input=stdin, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


def on(container: str, command: str, stdin: str = "") -> str:
    """The output of a shell command inside one of the lab's containers."""
    words = ["docker", "exec", "-i", f"{NAME}-{container}", "sh", "-c", command]
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{container}: {command}: {done.stdout}{done.stderr}"
    return done.stdout


def sql(query: str) -> str:
    return on("postgres", f'psql -At -d echodiary -c "{query}"').strip()


class ProcessList:
    """Every command line that any process of the machine has while the block runs; the hosts' processes are among them."""

    def __init__(self) -> None:
        self.lines: set[str] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> ProcessList:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    self.lines.add(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            time.sleep(0.02)


def readable_by_nobody(host: str, value: str) -> list[str]:
    """Files holding ``value`` that an unprivileged account on the host can really read."""
    places = "/etc /opt /srv /usr/local /var/lib/echodiary /var/log /home /run /tmp"
    return on(host, f"runuser -u nobody -- grep -rlsF -D skip -f - {places} || true", stdin=value).splitlines()


UNITS = r"""
systemctl list-unit-files --no-legend | awk '{print $1, $2}'
systemctl list-units --no-legend --plain --state=active --type=service | awk '{print $1}' | grep -v -e apt-daily -e systemd-tmpfiles -e user
"""


#: what a deploy before has begun to save ends by itself
SAVED = "while systemctl list-units --plain --no-legend 'echodiary-deploy-backup-*' | grep -q .; do sleep 0.2; done"


def footprint(host: str) -> dict[str, str]:
    """Files with their times, packages, units, containers and images: everything a check must leave alone."""
    on(host, SAVED)
    prune = " -o ".join(f"-path {path}" for path in VOLATILE.split())
    return {
        "files": on(host, rf"find / -xdev \( {prune} \) -prune -o -printf '%p %T@ %C@ %m %u %g %s\n' | sort"),
        "packages": on(host, "dpkg-query -W | sort"),
        "units": on(host, UNITS),
        "containers": on(host, "docker ps -aq --no-trunc; docker images -q --no-trunc; docker volume ls -q; docker network ls -q"),
    }


#: written every few seconds, whoever looks: services' data, what is measured, the page for users, and services' private /tmp
OWN = (
    "/srv/", "/var/lib/node_exporter/textfile", "/var/tmp ", "/var/lib/haproxy/status", "/var/lib/private/echodiary-status-page",
)  # fmt: skip


def still(host: str) -> dict[str, set[str]]:
    """The footprint without what services write of their own accord."""
    return {what: {line for line in text.splitlines() if not line.startswith(OWN)} for what, text in footprint(host).items()}
