# SPDX-License-Identifier: GPL-3.0-or-later
"""What was applied and is not declared any more goes, on a host with systemd, Docker and apt; and what had been there stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.converge.machine import Machine, task

#: all that `left_all` switches off; ssh.service comes with the distribution and runs before us
COMPONENT = """
---
packages: "{{ ['tree'] if left_all else [] }}"
users: "{{ [{'name': 'leftuser', 'shell': '/bin/sh', 'system': true}] if left_all else [] }}"
sysctl: "{{ {'net.ipv4.tcp_fin_timeout': '33'} if left_all else {} }}"
units: "{{ {'left.timer': left_runs, 'ssh.service': left_runs} if left_all else {} }}"
"""
TIMER = "{% if left_all %}[Timer]\nOnBootSec=1h\n[Install]\nWantedBy=timers.target\n{% endif %}"
SERVICE = "{% if left_all %}[Service]\nType=oneshot\nExecStart=/bin/true\n{% endif %}"
SYSTEMD = "tree/etc/systemd/system"

COMPOSE = """
services:
  left:
    image: converge-test/web:1
    command: ["sh", "-c", "while :; do sleep 0.2; done"]
    stop_grace_period: 0s
"""


@pytest.fixture
def left(machine: Machine) -> Iterator[str]:
    yield machine.role(
        "left",
        component=COMPONENT,
        defaults="---\nleft_all: true\nleft_runs: {state: started, enabled: true}\n",
        **{f"{SYSTEMD}/left.timer.j2": TIMER, f"{SYSTEMD}/left.service.j2": SERVICE},
    )
    machine.sh("rm -f /var/lib/echodiary/components/left.json; apt-get purge -qq -y tree >/dev/null 2>&1", check=False)


def there(machine: Machine) -> dict[str, bool]:
    """What of it is on the host."""
    asked = {
        "package": "tree --version",
        "user": "getent passwd leftuser",
        "sysctl": "grep -q tcp_fin_timeout /etc/sysctl.d/90-echodiary.conf",
        "running value": "test $(cat /proc/sys/net/ipv4/tcp_fin_timeout) = 33",
        "timer runs": "systemctl is-active left.timer",
        "timer enabled": "test -e /etc/systemd/system/timers.target.wants/left.timer",
        "timer file": "test -e /etc/systemd/system/left.timer",
        "ssh": "systemctl is-active ssh.service && systemctl is-enabled ssh.service",
    }
    said = machine.sh("; ".join(f"({command}) >/dev/null 2>&1 && echo '{name}'" for name, command in asked.items()), check=False)
    return {name: name in said.splitlines() for name in asked}


def test_what_a_component_drops_goes_and_what_had_been_there_stays(machine: Machine, left: str) -> None:
    value = machine.sh("cat /proc/sys/net/ipv4/tcp_fin_timeout")
    run = machine.play(task([left]), task([left], check=True))
    assert not run[0].failed, run[0].msg
    assert run[1].changes == []
    assert all(there(machine).values())
    run = machine.play(task([left], check=True, left_all=False), task([left], left_all=False), task([left], check=True, left_all=False))
    assert {(one["resource"], one["action"], one["origin"]) for one in run[0].changes} >= {
        ("unit:left.timer", "disable", "pending"), ("unit:left.timer", "stop", "pending"), ("user:leftuser", "remove", "pending"),
        ("sysctl:net.ipv4.tcp_fin_timeout", "remove", "pending"), ("package:tree", "report", "pending"),
    }  # fmt: skip
    assert not run[1].failed, run[1].msg
    assert there(machine) == {name: name in ("package", "ssh") for name in there(machine)}
    assert machine.sh("cat /proc/sys/net/ipv4/tcp_fin_timeout") == value
    assert [(one["resource"], one["action"]) for one in run[2].changes] == [("package:tree", "report")]
    assert run[2].result["sync"] == "OutOfSync"


def test_a_component_leaves_its_host_when_it_may(machine: Machine, left: str) -> None:
    web = machine.role("leftweb", component="---\ncompose: /opt/leftweb/compose.yaml\n", **{"tree/opt/leftweb/compose.yaml": COMPOSE})
    assert not machine.play(task([left, web]))[0].failed
    host = {"vars": {"components": ["demo", "web"]}}
    prune = {"action": {"echodiary.infra.converge": {"components": ["demo", "web"], "prune": True}}, **host}
    run = machine.play({**host, "check": True}, host, {**prune, "check": True}, prune, {**host, "check": True})
    for told in (run[0], run[1]):
        assert [(told.components[name]["sync"], [one["action"] for one in told.components[name]["changes"]]) for name in (left, web)] == [
            ("OutOfSync", ["report"])
        ] * 2
        assert (told.result["sync"], told.failed) == ("OutOfSync", False)
    assert ("service:left", "remove") in [(one["resource"], one["action"]) for one in run[2].components[web]["changes"]]
    assert not run[3].failed, run[3].msg
    assert there(machine) == {name: name == "ssh" for name in there(machine)}
    assert machine.sh("docker ps -aq --filter label=com.docker.compose.project=leftweb") == ""
    assert machine.sh("ls /var/lib/echodiary/components") == "demo.json\nweb.json"
    assert set(run[4].components) == {"demo", "web"}
    assert (run[4].result["sync"], run[4].result["undeclared"]) == ("Synced", [])
