# SPDX-License-Identifier: GPL-3.0-or-later
"""All of a component or nothing of it: rejected, never healthy, killed, first installation, disk full, two runs at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.integration.converge.machine import Machine, task

CONFIG = "/etc/demo/demo.conf"
KILL = "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -q -- ' -[I]SB' && kill -9 ${p#/proc/}; done; true"


def wait_for(machine: Machine, script: str, seconds: float = 30) -> None:
    machine.sh(f"for i in $(seq {int(seconds * 10)}); do ({script}) >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1")


def test_a_rejected_configuration_touches_nothing_in_check_and_in_apply(machine: Machine) -> None:
    before, footprint = machine.pid("demo"), machine.footprint()
    check, apply = machine.play(task(["demo"], check=True, demo_greeting="bad"), task(["demo"], demo_greeting="bad")).tasks["machine"]
    for done in (check, apply):
        assert done.failed
        assert "1:bad" in done.msg, "the validator's own words"
        assert done.components["demo"]["status"] == "failed"
    assert (machine.pid("demo"), machine.served()) == (before, "hello")
    assert machine.footprint() ^ footprint == set()


def test_what_never_becomes_healthy_is_taken_back(machine: Machine) -> None:
    done = machine.one(["demo", "web"], demo_greeting="sick", web_conf="not reached")
    demo = done.components["demo"]
    assert done.failed
    assert demo["status"] == "taken_back"
    assert "503" in demo["msg"], "the reason"
    assert "demo says: loaded sick" in demo["msg"], "the log's tail"
    assert machine.served() == "hello", "the old configuration in a running process"
    assert machine.sh(f"cat {CONFIG}") == "hello"
    assert done.components["web"]["status"] == "skipped"
    assert machine.one(check=True).actions == []


def test_a_container_that_never_becomes_healthy_is_taken_back(machine: Machine) -> None:
    name = machine.role(
        "ill",
        component="""
            ---
            compose: /opt/ill/compose.yaml
            health: [{url: "http://127.0.0.1:9/", deadline: 2}]
            directories: {/var/lib/ill: {}}
        """,
        **{"tree/opt/ill/compose.yaml": "services: {ill: {image: 'converge-test/web:1', command: [sh, -c, 'echo help me; sleep 99']}}\n"},
    )
    done = machine.one([name])
    assert done.failed
    assert "help me" in done.msg
    assert machine.sh("docker ps -aq --filter label=com.docker.compose.project=ill") == ""
    assert machine.sh("ls -d /opt/ill /var/lib/ill /var/lib/echodiary/components/ill.json 2>/dev/null || true") == ""


def test_a_first_installation_that_fails_leaves_no_file_and_no_unit(machine: Machine) -> None:
    name = machine.role(
        "stillborn",
        component="""
            ---
            units: {stillborn.service: {state: started, enabled: true}}
            directories: {/var/lib/stillborn: {}}
            health: [{url: "http://127.0.0.1:9/", deadline: 1}]
        """,
        **{
            "tree/etc/stillborn/conf": "x\n",
            "tree/etc/systemd/system/stillborn.service": """
                [Service]
                ExecStart=/bin/sleep infinity
                [Install]
                WantedBy=multi-user.target
            """,
        },
    )
    footprint = machine.footprint()
    assert machine.one([name]).failed
    left = {line.split()[0] for line in machine.footprint() ^ footprint if "stillborn" in line}
    assert left == set()
    assert machine.sh("systemctl list-units --all --no-legend 'stillborn*'") == ""


@contextmanager
def gate_shut(machine: Machine) -> Iterator[None]:
    """A unit that has to be started, and whose start waits: a run stops between its swapped files and the restart."""
    machine.sh("systemctl stop gate; touch /run/gate")
    try:
        yield
    finally:
        machine.sh("rm -f /run/gate")


def test_killed_after_the_swap_the_next_run_finishes_restart_included(machine: Machine) -> None:
    before = machine.pid("demo")
    with gate_shut(machine):
        running = machine.spawn(task(["demo"], demo_greeting="survivor"))
        wait_for(machine, f"grep -q survivor {CONFIG} && systemctl show -p ActiveState gate | grep -q activating")
        machine.sh(KILL)
        output, _ = running.communicate(timeout=60)
    assert running.returncode != 0, output
    assert (machine.pid("demo"), machine.served()) == (before, "hello"), "swapped, but nobody restarted it"
    wait_for(machine, "systemctl is-active gate")
    check, finish, clean, back = machine.play(
        task(["demo"], check=True, demo_greeting="survivor"), task(["demo"], demo_greeting="survivor"),
        task(["demo"], check=True, demo_greeting="survivor"), task(["demo"]),
    ).tasks["machine"]  # fmt: skip
    assert check.actions == [("change:demo", "finish", "corrective"), ("process:demo.service", "restart", "pending")]
    assert finish.components["demo"]["status"] == "changed"
    assert clean.actions == []
    assert not back.failed, back.msg
    assert machine.served() == "hello"


def test_killed_and_then_never_healthy_goes_back_to_before_the_first_attempt(machine: Machine) -> None:
    with gate_shut(machine):
        running = machine.spawn(task(["demo"], demo_greeting="sick"))
        wait_for(machine, f"grep -q sick {CONFIG} && systemctl show -p ActiveState gate | grep -q activating")
        machine.sh(KILL)
        running.communicate(timeout=60)
    wait_for(machine, "systemctl is-active gate")
    done = machine.one(["demo"], demo_greeting="sick")
    assert done.components["demo"]["status"] == "taken_back"
    assert machine.sh(f"cat {CONFIG}") == "hello"
    assert machine.served() == "hello"
    assert machine.one(["demo"], check=True).actions == []


def test_a_full_disk_leaves_nothing_half_written(machine: Machine) -> None:
    name = machine.role("disk", component="---\n", **{"tree/srv/small/a": "new\n", "tree/srv/small/big.j2": "{{ 'x' * 300000 }}\n"})
    machine.sh("mkdir -p /srv/small && mount -t tmpfs -o size=64k tmpfs /srv/small && echo old > /srv/small/a")
    try:
        done = machine.one([name])
        assert done.failed
        assert "/srv/small" in done.msg
        assert "No space left" in done.msg
        assert machine.sh("ls -A /srv/small; cat /srv/small/a").split() == ["a", "old"]
    finally:
        machine.sh("umount /srv/small && rmdir /srv/small")


def test_two_runs_at_once(machine: Machine) -> None:
    runs = [machine.spawn(task(demo_greeting="together")) for _ in range(2)]
    outputs = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    assert sorted('"changed": 1' in output for output in outputs) == [False, True], "one works, the other finds it done"
    assert machine.served() == "together"
    back, clean = machine.play(task(), task(check=True)).tasks["machine"]
    assert not back.failed, back.msg
    assert clean.actions == []


def test_a_run_cut_off_while_it_pulls_the_plug_leaves_no_temporary_file(machine: Machine) -> None:
    assert machine.sh("find / -xdev -name '*.echodiary-new' -not -path '/proc/*'; ls /var/lib/echodiary/journal 2>/dev/null || true") == ""


def test_docker_down_is_one_clear_line_and_the_components_before_it_are_done(machine: Machine) -> None:
    with machine.without_docker():
        apply, check = machine.play(task(demo_greeting="before docker"), task(check=True)).tasks["machine"]
        assert apply.failed
        assert apply.components["demo"]["status"] == "changed"
        assert apply.components["web"]["status"] == "failed"
        assert "Docker does not run" in apply.components["web"]["msg"]
        assert "\n" not in apply.components["web"]["msg"]
        assert check.components["web"]["sync"] == "Unknown", "not looked at is never in sync"
        assert machine.sh("systemctl is-active docker", check=False) == "inactive", "nobody started it by asking"
    time.sleep(1)
    back, clean = machine.play(task(), task(check=True)).tasks["machine"]
    assert not back.failed, back.msg
    assert clean.actions == []
