# SPDX-License-Identifier: GPL-3.0-or-later
"""A long file on a real host over real ssh: it crosses the wire once, nobody else reads it on its way, and a quiet run is one call."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.converge.machine import Machine, task

MEGABYTES = 48


@pytest.fixture
def role(machine: Machine) -> Iterator[str]:
    name = machine.role("longfile", component="---\nfiles: {/opt/long/*: {mode: '0640'}}\n")
    tree = machine.place / "roles" / name / "tree/opt/long"
    tree.mkdir(parents=True, exist_ok=True)
    (tree / "data").write_bytes(os.urandom(MEGABYTES << 20))
    yield name
    machine.sh("rm -rf /opt/long /var/lib/echodiary/components/longfile.json")


def digest(path: Path) -> str:
    return subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, timeout=60, check=True).stdout.split()[0]


def sent(machine: Machine) -> int:
    """Bytes that came to the host by now."""
    return int(machine.sh("cat /sys/class/net/eth0/statistics/rx_bytes"))


def test_once_and_then_never_again(machine: Machine, role: str) -> None:
    data = machine.place / "roles" / role / "tree/opt/long/data"
    watching = machine.start(
        "for i in $(seq 400); do find /home /root /tmp /var/tmp /var/lib/echodiary /run /opt/long -xdev -type f -size +10M"
        " -printf '%m %u %p\\n' 2>/dev/null; test -e /opt/long/data && test $i -gt 100 && break; sleep 0.1; done"
    )
    before = sent(machine)
    checked = machine.play(task([role], check=True))
    assert sent(machine) - before < 2_000_000, "a check sends nothing"
    assert any("would be sent" in note for note in checked[0].components[role]["notes"])
    applied = machine.play(task([role]))
    assert not applied[0].failed, applied[0].msg
    assert f"{MEGABYTES * 1.048576:.1f} MB" in applied.output or applied[0].result["remote_calls"] == 2
    assert machine.sh("sha256sum /opt/long/data").split()[0] == digest(data)
    before = sent(machine)
    quiet = machine.play(task([role]))
    assert (quiet[0].result["changed"], quiet[0].result["remote_calls"]) == (False, 1)
    assert not machine.play(task([role], check=True))[0].changes
    assert sent(machine) - before < 2_000_000
    seen = set(watching.communicate(timeout=120)[0].splitlines())
    # what a login user's own directory holds nobody else can reach; the rest is root's
    assert all(line.split()[0].endswith("0") or "/.ansible/tmp/" in line for line in seen), seen
    assert not machine.sh("find / -xdev -size +40M -path '*ansible*' 2>/dev/null; ls /var/lib/echodiary/contents 2>/dev/null", check=False)


def test_a_change_is_sent_and_one_made_there_is_put_back(machine: Machine, role: str) -> None:
    assert not machine.one([role]).failed
    machine.sh("printf x | dd of=/opt/long/data conv=notrunc bs=1 seek=1000000 2>/dev/null")
    assert machine.one([role], check=True).origins == {"file:/opt/long/data": "corrective"}
    assert not machine.one([role]).failed
    data = machine.place / "roles" / role / "tree/opt/long/data"
    assert machine.sh("sha256sum /opt/long/data").split()[0] == digest(data)


def test_a_disk_without_room_for_it_is_one_line_and_leaves_nothing(machine: Machine, role: str) -> None:
    machine.sh("mkdir -p /var/lib/echodiary/contents && mount -t tmpfs -o size=20m none /var/lib/echodiary/contents")
    try:
        refused = machine.one([role])
    finally:
        machine.sh("umount /var/lib/echodiary/contents")
    assert refused.failed
    assert "No space left" in refused.msg
    assert not machine.sh("ls /opt/long/data 2>/dev/null; find / -xdev -size +10M -path '*ansible/tmp*' 2>/dev/null", check=False)
