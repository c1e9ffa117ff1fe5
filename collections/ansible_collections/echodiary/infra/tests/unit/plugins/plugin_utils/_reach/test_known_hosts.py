# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._reach import known_hosts
from ansible_collections.echodiary.infra.plugins.plugin_utils._reach.hosts import Host

ENVIRONMENT = "echodiary-production"
APP1, APP2 = Host("app1", "i-0a1", ("10.20.0.5", "203.0.113.5")), Host("app2", "i-0a2", ("10.20.0.6",))


def key(kind: str, what: str) -> str:
    """As a host has them: it says once more what it is."""
    data = b"".join(len(part).to_bytes(4, "big") + part for part in (kind.encode(), what.encode().ljust(32)))
    return base64.b64encode(data).decode()


ED, EC = {"ssh-ed25519": key("ssh-ed25519", "one")}, {"ecdsa-sha2-nistp256": key("ecdsa-sha2-nistp256", "one")}


def written(text: str, told: dict[str, known_hosts.Keys], *hosts: Host) -> str:
    return known_hosts.written(known_hosts.read(text, ENVIRONMENT), ENVIRONMENT, hosts, told)


def test_ssh_finds_a_host_by_its_id_and_by_each_address(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(written("", {"i-0a1": {**ED, **EC}}, APP1))
    for name in ("i-0a1", "10.20.0.5", "203.0.113.5"):
        found = subprocess.run(["ssh-keygen", "-F", name, "-f", str(path)], capture_output=True, text=True, check=True).stdout
        assert {line.split()[1] for line in found.splitlines() if not line.startswith("#")} == {*ED, *EC}


def test_lines_of_others_stay_and_ours_are_in_order() -> None:
    others = "# by hand\ngit.example ssh-ed25519 AAAA me\n@cert-authority * ssh-ed25519 AAAA\n"
    another = f"i-0b1,10.21.0.5 ssh-ed25519 {ED['ssh-ed25519']} echodiary.infra:echodiary-staging/app1\n"
    text = written(others + another, {"i-0a2": ED, "i-0a1": {**ED, **EC}}, APP2, APP1)
    assert text.startswith(others + another)
    assert [line.split()[::3] for line in text.splitlines()[4:]] == [
        ["i-0a1,10.20.0.5,203.0.113.5", "echodiary.infra:echodiary-production/app1"],
        ["i-0a1,10.20.0.5,203.0.113.5", "echodiary.infra:echodiary-production/app1"],
        ["i-0a2,10.20.0.6", "echodiary.infra:echodiary-production/app2"],
    ]
    assert written(text, {}, APP1, APP2) == text


def test_of_one_that_is_replaced_the_keys_go_and_of_one_with_another_address_they_follow() -> None:
    text = written("", {"i-0a1": ED, "i-0a2": ED}, APP1, APP2)
    moved, new = APP2._replace(addresses=("10.20.0.9",)), APP1._replace(id="i-0a9")
    after = known_hosts.read(written(text, {"i-0a9": EC}, new, moved), ENVIRONMENT)
    assert after.known == {"i-0a9": EC, "i-0a2": ED}
    assert "i-0a2,10.20.0.9 " in written(text, {}, moved)


@pytest.mark.parametrize(
    "line",
    [
        f"ssh-dss {key('ssh-dss', 'x')}",
        "ssh-ed25519 not-base64!",
        f"ssh-ed25519 {key('ssh-rsa', 'x')}",
        f"@cert-authority * ssh-ed25519 {key('ssh-ed25519', 'x')}",
        "cat: /etc/ssh/ssh_host_*_key.pub: No such file or directory",
        "",
    ],
)
def test_nothing_but_keys_of_a_host_is_taken_over(line: str) -> None:
    assert known_hosts.keys(line) == {}


def test_keys_are_read_with_and_without_a_comment() -> None:
    text = f"ssh-ed25519 {ED['ssh-ed25519']} root@app1\necdsa-sha2-nistp256 {EC['ecdsa-sha2-nistp256']}\n"
    assert known_hosts.keys(text) == {**ED, **EC}


def test_another_host_is_one_that_says_another_key_or_none_that_is_known() -> None:
    other = {"ssh-ed25519": key("ssh-ed25519", "another")}
    assert not known_hosts.differ(ED, {**ED, **EC}) and not known_hosts.differ({**ED, **EC}, ED)
    assert known_hosts.differ(ED, other) and known_hosts.differ({**ED, **EC}, {**other, **EC}) and known_hosts.differ(ED, EC)
