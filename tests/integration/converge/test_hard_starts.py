# SPDX-License-Identifier: GPL-3.0-or-later
"""With a real systemd: limits of starts, masks of both kinds, and a take-back over a file that somebody had broken."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.integration.converge.machine import Machine, task

DAEMON = "/etc/docker/daemon.json"


@pytest.fixture
def limited(machine: Machine) -> Iterator[str]:
    """A service behind a socket, as Docker's: when it fails too often, systemd gives up its socket with it."""
    name = machine.role(
        "limited",
        component="""
            ---
            units: {limited.service: {state: started, enabled: true, consumes: [/etc/limited/conf]}}
            validate: [{command: [sh, -c, '! grep -n bad "$0"', "{staging}/etc/limited/conf"]}]
            health: [{url: "http://127.0.0.1:{{ limited_port | default(8124) }}/", deadline: 20}]
        """,
        **{
            "tree/etc/limited/conf.j2": "{{ limited_conf | default('8124') }}\n",
            "tree/etc/systemd/system/limited.socket": """
                [Socket]
                ListenStream=/run/limited.sock
            """,
            "tree/etc/systemd/system/limited.service": """
                [Unit]
                Requires=limited.socket
                After=limited.socket
                StartLimitIntervalSec=600
                [Service]
                ExecStartPre=/bin/sh -c '! grep bad /etc/limited/conf'
                ExecStart=/bin/sh -c 'exec python3 -m http.server -b 127.0.0.1 $(head -n1 /etc/limited/conf)'
                [Install]
                WantedBy=multi-user.target
            """,
        },
    )
    done = machine.one([name])
    assert not done.failed, done.msg
    yield name
    machine.sh("systemctl disable --now limited.service limited.socket; rm -rf /etc/limited /etc/systemd/system/limited.*", check=False)
    machine.sh("rm -f /var/lib/echodiary/components/limited.json; systemctl daemon-reload; systemctl reset-failed", check=False)


def test_a_unit_that_somebody_s_file_brought_to_its_limit_is_healed(machine: Machine, limited: str) -> None:
    machine.sh("echo bad > /etc/limited/conf; for i in 1 2 3 4 5 6 7; do systemctl restart limited.service; done; true")
    assert machine.sh("systemctl show -p Result --value limited.socket") == "service-start-limit-hit"
    done = machine.one([limited])
    assert (done.failed, done.components[limited]["status"]) == (False, "changed"), done.msg
    assert machine.sh("systemctl is-active limited.service") == "active"


@pytest.fixture
def packaged(machine: Machine) -> Iterator[str]:
    """A unit whose file a package brought: either kind of mask hides it."""
    unit = "/usr/lib/systemd/system/packaged.service"
    machine.sh(
        f"printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' > {unit}; systemctl daemon-reload"
    )
    name = machine.role("packaged", component="---\nunits: {packaged.service: {state: started, enabled: true}}\n")
    done = machine.one([name])
    assert not done.failed, done.msg
    yield name
    machine.sh(
        f"systemctl disable --now {name}; rm -f {unit} /var/lib/echodiary/components/{name}.json; systemctl daemon-reload", check=False
    )


@pytest.mark.parametrize("mask", ["mask", pytest.param("mask --runtime", marks=pytest.mark.full)])
def test_masks_of_both_kinds_are_lifted(machine: Machine, packaged: str, mask: str) -> None:
    unit = f"{packaged}.service"
    machine.sh(f"systemctl stop {unit}; systemctl {mask} {unit}")
    assert machine.sh(f"systemctl show -p LoadState --value {unit}") == "masked"
    done, clean = machine.play(task([packaged]), task([packaged], check=True)).tasks["machine"]
    assert (done.failed, machine.sh(f"systemctl is-active {unit}")) == (False, "active"), done.msg
    assert machine.sh(f"systemctl is-enabled {unit}") == "enabled"
    assert clean.actions == []


def test_a_take_back_leaves_what_serves_alone_where_a_hand_had_broken_its_file(machine: Machine, limited: str) -> None:
    machine.sh("echo bad line >> /etc/limited/conf")
    serving = machine.pid("limited.service")
    done = machine.one([limited], limited_conf="8125", limited_port=8126)
    assert done.components[limited]["status"] == "taken_back"
    assert "bad line" in done.msg
    assert machine.sh("cat /etc/limited/conf") == "8124\nbad line", "it is somebody's work"
    assert machine.sh("systemctl is-active limited.service") == "active"
    assert machine.pid("limited.service") != serving, "what runs had been restarted on our file, and was left at that"
    again = machine.one([limited])
    assert not again.failed, again.msg
    assert machine.sh("systemctl is-active limited.service") == "active"


@pytest.fixture
def strict_docker(machine: Machine) -> Iterator[None]:
    """However slow the machine is: the count of starts runs for ten minutes, and nothing is started again by itself."""
    directory = "/run/systemd/system/docker.service.d"
    settings = "[Unit]\\nStartLimitIntervalSec=600\\n[Service]\\nRestart=no\\n"
    machine.sh(f"mkdir -p {directory} && printf '{settings}' > {directory}/strict.conf && systemctl daemon-reload")
    yield
    machine.sh(f"rm -r {directory}; systemctl daemon-reload; systemctl reset-failed")


@pytest.mark.usefixtures("strict_docker")
def test_a_broken_daemon_json_and_three_restarts_by_hand(machine: Machine) -> None:
    """The engine itself, with its socket: the good file stays, and Docker runs."""
    name = machine.role(
        "engine",
        component="""
            ---
            units: {docker.service: {state: started, enabled: true, consumes: [/etc/docker/daemon.json]}}
            validate: [{command: [dockerd, --validate, --config-file, "{staging}/etc/docker/daemon.json"]}]
        """,
        **{"tree/etc/docker/daemon.json": machine.sh(f"cat {DAEMON} 2>/dev/null || echo '{{}}'") + "\n"},
    )
    good = machine.sh(f"cat {DAEMON} 2>/dev/null || echo '{{}}'")
    first = machine.one([name])
    assert not first.failed, first.msg
    machine.sh(f"echo '{{broken' > {DAEMON}; for i in 1 2 3 4 5; do systemctl restart docker; done; true")
    assert machine.sh("systemctl show -p Result --value docker.socket") == "service-start-limit-hit"
    done = machine.one([name])
    assert not done.failed, done.msg
    assert json.loads(machine.sh(f"cat {DAEMON}")) == json.loads(good)
    assert machine.sh("systemctl is-active docker docker.socket").split() == ["active", "active"]
    assert machine.one([name], check=True).actions == []
