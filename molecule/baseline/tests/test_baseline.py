# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in and who does not, and what the kernel, the journal, the clock and apt were told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from testinfra.host import Host

STATE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"]) / ".lab" / (os.environ.get("LAB_NAME") or "echodiary")


def login(host: Host, user: str, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    """From outside, as people do: never asked anything, never trusting an unknown host."""
    known = ("-F", "none", "-o", f"UserKnownHostsFile={STATE}/known_hosts", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes")
    address = host.check_output("hostname -I").split()[0]
    words = ["ssh", *known, *options, f"{user}@{address}", command]
    return subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)


def with_key(host: Host, user: str, command: str) -> subprocess.CompletedProcess[str]:
    return login(host, user, command, "-i", str(STATE / "ssh/id_ed25519"), "-o", "IdentitiesOnly=yes")


def test_the_admin_logs_in_with_a_key_and_becomes_root(host: Host) -> None:
    done = with_key(host, "deploy", "sudo -n id -u")
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr


def test_nobody_logs_in_with_a_password(host: Host) -> None:
    refused = login(host, "deploy", "true", "-o", "PubkeyAuthentication=no")
    assert refused.returncode == 255
    # The methods the server still offers: "(publickey,password)" before this role.
    assert "Permission denied (publickey)." in refused.stderr


def test_root_does_not_log_in_even_with_a_key_that_is_listed(host: Host) -> None:
    with host.sudo():
        host.check_output("install -D -m 0600 /home/admin/.ssh/authorized_keys /root/.ssh/authorized_keys")
    refused = with_key(host, "root", "true")
    with host.sudo():
        host.check_output("rm /root/.ssh/authorized_keys")
    assert refused.returncode == 255
    assert "Permission denied" in refused.stderr


def test_sshd_runs_with_what_was_declared(host: Host) -> None:
    with host.sudo():
        said = host.check_output("/usr/sbin/sshd -T -C user=deploy,host=x,addr=192.0.2.1").splitlines()
    for line in ("passwordauthentication no", "kbdinteractiveauthentication no", "permitrootlogin no", "maxauthtries 4"):
        assert line in said
    assert "authorizedkeysfile /etc/ssh/echodiary/admin.keys .ssh/authorized_keys" in said


def audit(host: Host) -> dict[str, list[str]]:
    """What ssh-audit has to say against what sshd really offers: algorithm to its failures and warnings."""
    address = host.check_output("hostname -I").split()[0]
    program = str(Path(sys.executable).with_name("ssh-audit"))
    # No look at how it bears many connections: that is none of the algorithms.
    done = subprocess.run([program, "-j", "--skip-rate-test", address], capture_output=True, text=True, timeout=120, check=False)
    offered = [one for kind in ("kex", "key", "enc", "mac") for one in json.loads(done.stdout)[kind]]
    assert {one["algorithm"] for one in offered} >= {"ssh-ed25519", "aes256-gcm@openssh.com"}, done.stdout
    notes = {one["algorithm"]: one.get("notes", {}) for one in offered}
    return {name: [*said.get("fail", []), *said.get("warn", [])] for name, said in notes.items() if said.get("fail") or said.get("warn")}


def test_sshd_offers_nothing_that_an_audit_has_anything_to_say_against(host: Host) -> None:
    assert audit(host) == {}


def test_a_client_of_the_host_s_own_version_agrees_with_it_on_all_of_it(host: Host) -> None:
    """This machine's ssh has logged in all along; the host's own is newer or older than that."""
    for option in ("KexAlgorithms", "Ciphers", "MACs", "HostKeyAlgorithms"):
        with host.sudo():
            offered = host.check_output(f"/usr/sbin/sshd -T | sed -n 's/^{option.lower()} //p'").split(",")
        assert set(offered) <= set(host.check_output(f"ssh -Q {option}").split()), option
    options = "-F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    # 255, which is also what the connection to the host itself says when it fails, stays in there.
    refused = host.run(f"ssh {options} deploy@127.0.0.1 true || true")
    assert "Permission denied (publickey)" in refused.stderr, "they agreed, and it is the key that is missing"


def test_an_older_client_can_be_allowed_and_what_sshd_does_not_know_is_refused(host: Host, converge: Callable[..., Any]) -> None:
    old = ("-o", "KexAlgorithms=curve25519-sha256", "-i", str(STATE / "ssh/id_ed25519"), "-o", "IdentitiesOnly=yes")
    assert login(host, "deploy", "true", *old).returncode == 255
    assert not converge(baseline_ssh_kex_algorithms=["sntrup761x25519-sha512@openssh.com", "curve25519-sha256"])["failed"]
    assert login(host, "deploy", "true", *old).returncode == 0
    refused = converge(baseline_ssh_kex_algorithms=["curve25519-sha257"])
    assert refused["failed"]
    assert "curve25519-sha257" in refused["output"]
    assert with_key(host, "deploy", "true").returncode == 0
    assert not converge()["failed"]
    assert login(host, "deploy", "true", *old).returncode == 255


def test_exclusive_keys_shut_out_what_the_account_lists_itself(host: Host, converge: Callable[..., Any]) -> None:
    with host.sudo():
        host.check_output("install -d -o deploy -m 0700 ~deploy/.ssh")
        host.check_output("install -o deploy -m 0600 /home/admin/.ssh/authorized_keys ~deploy/.ssh/authorized_keys")
    other = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA0f1v8JbX6l1Yt1wO0aZ0mL1kQn0c8m1t2u3v4w5x6y nobody"]
    assert not converge(baseline_admin_keys=other)["failed"]
    assert with_key(host, "deploy", "true").returncode == 0
    assert not converge(baseline_admin_keys=other, baseline_admin_keys_exclusive=True)["failed"]
    assert with_key(host, "deploy", "true").returncode == 255
    with host.sudo():
        host.check_output("rm -r ~deploy/.ssh")


def test_a_fleet_nobody_could_log_in_to_is_refused(host: Host, converge: Callable[..., Any]) -> None:
    refused = converge(baseline_admin_keys=[])
    assert refused["failed"]
    assert "baseline_admin_keys is empty" in refused["output"]
    assert with_key(host, "deploy", "true").returncode == 0


def test_files_that_decide_who_is_root(host: Host) -> None:
    with host.sudo():
        drop_in = host.file("/etc/sudoers.d/90-echodiary-admin")
        assert (drop_in.user, drop_in.group, drop_in.mode) == ("root", "root", 0o440)
        keys = host.file("/etc/ssh/echodiary/admin.keys")
        assert (keys.user, keys.mode) == ("root", 0o644)
    assert host.user("deploy").shell == "/bin/bash"
    assert "sudo" in host.user("deploy").groups


def test_kernel_settings_are_set_and_survive_a_reboot(host: Host) -> None:
    kept = host.file("/etc/sysctl.d/90-echodiary.conf").content_string
    for name, value in {"net.core.somaxconn": 4096, "net.ipv4.tcp_keepalive_time": 300}.items():
        assert host.sysctl(name) == value
        assert f"{name} = {value}" in kept.replace(f"{name}={value}", f"{name} = {value}")


def test_the_journal_is_kept_within_its_limit(host: Host) -> None:
    with host.sudo():
        # Booting moves the journal from memory to disk; hosts made for tests leave that out.
        host.check_output("journalctl --flush")
        said = host.check_output("journalctl --no-pager -o cat -t systemd-journald")
        machine = host.check_output("cat /etc/machine-id")
        assert host.file(f"/var/log/journal/{machine}").is_directory
    system = [line for line in said.splitlines() if line.startswith("System Journal (/var/log/journal/")]
    assert system, said
    assert "max 500M" in system[-1]


def test_time_is_kept(host: Host) -> None:
    assert host.service("chrony").is_enabled
    commands = [process.args for process in host.process.filter(comm="chronyd")]
    assert commands
    # What the inventory says: in a container the clock is left alone.
    assert all("-x" in command.split() for command in commands)
    with host.sudo():
        assert "200 OK" in host.check_output("chronyc activity")


def test_security_updates_install_themselves_where_wanted(host: Host, converge: Callable[..., Any]) -> None:
    question = "apt-config dump --format '%f %v%n' APT::Periodic"
    assert "APT::Periodic::Unattended-Upgrade 0" in host.check_output(question)
    assert not converge(baseline_unattended_upgrades=True)["failed"]
    assert "APT::Periodic::Unattended-Upgrade 1" in host.check_output(question)
    assert "APT::Periodic::Update-Package-Lists 1" in host.check_output(question)
    origins = host.check_output("apt-config dump --format '%v%n' Unattended-Upgrade::Origins-Pattern").split("\n")
    assert [origin for origin in origins if origin] == [
        "origin=Debian,codename=${distro_codename},label=Debian-Security",
        "origin=Debian,codename=${distro_codename}-security,label=Debian-Security",
        "origin=Ubuntu,archive=${distro_codename}-security",
    ]
    for timer in ("apt-daily.timer", "apt-daily-upgrade.timer"):
        assert host.service(timer).is_running
        assert host.service(timer).is_enabled
