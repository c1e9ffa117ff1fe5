# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages with apt's own forms, on a host with a real apt and dpkg: what is asked for settles, and what is half there is mended."""

from __future__ import annotations

from tests.integration.converge.machine import Machine, task

#: what is left when dpkg is killed between unpacking and configuring: its status says the old, its journal the new
KILLED = """
apt-get download -qq tree 2>/dev/null && apt-get purge -qq -y tree >/dev/null
dpkg --unpack ./tree_*.deb >/dev/null
awk -v RS= '/^Package: tree\\n/' /var/lib/dpkg/status > /var/lib/dpkg/updates/0000
sed -i '/^Package: tree$/,/^$/s/^Status: .*/Status: install ok installed/' /var/lib/dpkg/status
rm -f ./tree_*.deb
"""


def test_patterns_and_architectures_settle(machine: Machine) -> None:
    architecture = machine.sh("dpkg --print-architecture")
    wanted = f"['tree=2.*', 'tree:{architecture}']"
    role = machine.role("trees", component=f"---\npackages: {wanted}\n")
    run = machine.play(task([role]), task([role]), task([role], check=True))
    assert [one.result["sync"] for one in run.tasks["machine"]] == ["Synced"] * 3, run[0].msg
    assert run[0].result["changed"]
    assert not run[1].result["changed"]
    assert not run[2].changes


def test_what_a_killed_dpkg_left_is_seen_and_mended(machine: Machine) -> None:
    role = machine.role("tree", component="---\npackages: [tree]\n")
    assert not machine.one([role]).failed
    machine.sh(KILLED)
    assert "dpkg was interrupted" in machine.sh("apt-get install -y tree 2>&1", check=False), "as apt itself sees it"
    run = machine.play(task([role], check=True), task([role]), task([role], check=True))
    assert [one["resource"] for one in run[0].changes] == ["package:tree"]
    assert not run[1].failed, run[1].msg
    assert not run[2].changes
    machine.sh('apt-get check && test -z "$(ls /var/lib/dpkg/updates)" && tree --version')
