# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs really said of hosts with planted faults, judged."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.echodiary.infra.plugins.plugin_utils._security import lynis, ssh, tls, updates

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


def test_tls_of_old_and_a_weak_cipher_are_found() -> None:
    """HAProxy with TLS 1.0 and a cipher of CBC."""
    found = tls.findings(json.loads((SAID / "testssl.json").read_text()), "app1")
    told = {one["id"]: one["severity"] for one in found.findings}
    assert found.why == ""
    assert {name: told.get(f"tls:{name}") for name in ("TLS1", "TLS1_1", "BEAST_CBC_TLS1", "LUCKY13", "cert_notAfter")} == {
        "TLS1": "medium", "TLS1_1": "medium", "BEAST_CBC_TLS1": "medium", "LUCKY13": "low", "cert_notAfter": "high",
    }  # fmt: skip
    assert not {"tls:engine_problem", "tls:overall_grade", "tls:security_headers", "tls:TLS1_3", "tls:heartbleed"} & told.keys()


def test_several_certificates_of_one_fault_are_one_finding() -> None:
    said: list[tls.Line] = [
        {"id": "TLS1_2", "severity": "OK", "finding": "offered"},
        {"id": "cert_notAfter <cert#1>", "severity": "LOW", "finding": "soon"},
        {"id": "cert_notAfter <cert#2>", "severity": "HIGH", "finding": "sooner"},
    ]
    assert [(one["id"], one["severity"]) for one in tls.findings(said, "app1").findings] == [("tls:cert_notAfter", "high")]


def test_a_run_that_came_to_nothing_was_not_a_check() -> None:
    broken: list[tls.Line] = [{"id": "scanProblem", "severity": "FATAL", "finding": "Can't connect to 10.0.0.1:443"}]
    assert tls.findings(broken, "app1") == ([], "testssl: Can't connect to 10.0.0.1:443")
    assert tls.findings([], "app1").why == "testssl ended before it had asked for protocols"


REPORT = (SAID / "lynis-report.dat").read_text()


def test_warnings_of_lynis_are_found_and_its_suggestions_are_not() -> None:
    """A container with an account without a password, among other things."""
    found = lynis.findings(REPORT, "app1")
    assert found.why == ""
    assert [one["id"] for one in found.findings] == [
        "host:AUTH-9283", "host:PKGS-7388", "host:PKGS-7392", "host:FIRE-4512", "host:LOGG-2138",
    ]  # fmt: skip
    assert found.findings[0]["text"] == "Found accounts without password"
    assert found.findings[0]["mend"] == "https://cisofy.com/lynis/controls/AUTH-9283/"


def test_lynis_that_was_cut_off_was_not_a_check() -> None:
    assert lynis.findings(REPORT.replace("finish=true", ""), "app1").why.startswith("lynis ended before it was done")
