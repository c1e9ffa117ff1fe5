# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs really said of hosts with planted faults, judged."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._security import ssh, updates

SAID = Path(__file__).parent / "said"


def test_an_exchange_of_old_and_a_broken_mac_are_found() -> None:
    """Debian's own sshd, with both allowed again."""
    said = json.loads((SAID / "ssh-audit.json").read_text())
    found = {one["id"]: one for one in ssh.findings(said, "app1")}
    assert found["ssh:kex:diffie-hellman-group1-sha1"]["severity"] == "high"
    assert "Logjam" in found["ssh:kex:diffie-hellman-group1-sha1"]["text"]
    assert found["ssh:mac:hmac-md5"]["severity"] == "high"
    assert found["ssh:mac:hmac-sha2-256"]["severity"] == "medium"
    assert "ssh:enc:aes256-ctr" not in found
    assert "ssh:kex:ext-info-s" not in found


def test_a_server_that_offers_nothing_was_not_looked_at() -> None:
    assert not ssh.offers({})
    assert ssh.offers(json.loads((SAID / "ssh-audit.json").read_text()))


APT = (SAID / "apt-get.txt").read_text()


def test_a_pending_security_update_is_found() -> None:
    (one,) = updates.findings(APT, "app1")
    assert one["id"] == "updates:sudo"
    assert one["text"] == "sudo 1.9.16p2-3+deb13u5 has a security update, 1.9.16p2-3+deb13u5+deb13u99"


def test_an_update_that_is_not_for_security_and_a_new_package_are_none() -> None:
    assert updates.findings(APT.replace("Debian-Security:13/stable-security", "Debian:13.2/stable"), "app1") == []
    assert updates.findings("Inst libnew (1.0 Debian-Security:13/stable-security [amd64])", "app1") == []


def test_ubuntu_s_are_found_too() -> None:
    line = "Inst libssl3t64 [3.0.13-0ubuntu3.4] (3.0.13-0ubuntu3.5 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64]) []"
    assert [one["id"] for one in updates.findings(line, "app1")] == ["updates:libssl3t64"]
