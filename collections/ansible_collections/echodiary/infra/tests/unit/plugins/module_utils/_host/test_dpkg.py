# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import dpkg

A, B, C = ("a" * 32, "b" * 32, "c" * 32)
STATUS = f"""Package: haproxy
Status: install ok installed
Conffiles:
 /etc/default/haproxy {A}
 /etc/with a blank {B}
 /etc/gone {B} obsolete
 /etc/going {B} remove-on-upgrade
 /etc/coming newconffile
 /etc/neither newconffile remove-on-upgrade
Description: fast
 /etc/no-conffile {C}

Package: removed
Status: deinstall ok config-files
Conffiles:
 /etc/default/haproxy {C}
 /etc/left {C}

Package: held
Status: hold ok installed
Conffiles:
 /etc/held {B}
"""


@pytest.fixture
def root(tmp_path: Path) -> str:
    info = tmp_path / "info"
    info.mkdir()
    (tmp_path / "status").write_text(STATUS)
    (info / "haproxy.list").write_text("/.\n/usr/sbin/haproxy\n/etc/default/haproxy\n/usr/bin/tool\n")
    (info / "libc6:amd64.list").write_text("/.\n/lib/systemd/system/x.service\n")
    (info / "other.list").write_text("/.\n/usr/bin/tool\n/usr/sbin/haproxy-tool\n")
    (info / "other:amd64.md5sums").write_text(f"{A}  usr/bin/tool\n{B}  usr/share/a  b\n")
    (tmp_path / "diversions").write_text("/usr/bin/tool\n/usr/bin/tool.real\nhaproxy\n/usr/bin/mine\n/usr/bin/mine.old\n:\n")
    return str(tmp_path)


def test_conffiles_are_what_packages_bring_today(root: str) -> None:
    assert dpkg.conffiles(root) == {"/etc/default/haproxy": A, "/etc/with a blank": B, "/etc/left": C, "/etc/held": B}


def test_what_dpkg_has_not_written_whole_yet_counts(root: str, tmp_path: Path) -> None:
    updates = tmp_path / "updates"
    updates.mkdir()
    (updates / "0001").write_text(f"Package: haproxy\nStatus: install ok half-configured\nConffiles:\n /etc/default/haproxy {B}\n")
    (updates / "0002").write_text(f"Package: haproxy\nStatus: install ok installed\nConffiles:\n /etc/default/haproxy {C}\n")
    (updates / "tmp.i").write_text(f"Package: haproxy\nStatus: install ok installed\nConffiles:\n /etc/default/haproxy {A}\n")
    assert dpkg.conffiles(root)["/etc/default/haproxy"] == C


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("/usr/sbin/haproxy", "haproxy"),
        ("/usr/sbin/haproxy-tool", "other"),
        ("/sbin/haproxy", "haproxy"),
        ("/usr/lib/systemd/system/x.service", "libc6"),
        ("/lib/systemd/system/x.service", "libc6"),
        ("/usr/sbin/haprox", None),
        ("/etc/systemd/system/haproxy.service", None),
        # a diverted file is the diverting package's, and the others' lie elsewhere
        ("/usr/bin/tool", "haproxy"),
        ("/usr/bin/tool.real", "other"),
        ("/usr/bin/mine", None),
    ],
)
def test_whose_a_path_is(root: str, path: str, package: str | None) -> None:
    assert dpkg.owner(path, root) == package


def test_sums_of_a_package_are_of_where_its_files_lie(root: str) -> None:
    assert dpkg.md5sums("other", root) == {"/usr/bin/tool.real": A, "/usr/share/a  b": B}
    assert dpkg.md5sums("none", root) == {}


def test_ucf_says_what_a_package_handed_over(tmp_path: Path) -> None:
    hashes = tmp_path / "hashfile"
    hashes.write_text(f"{A}  /etc/ssh/sshd_config\n{B}  /etc/with a blank\n\nnonsense\n")
    assert dpkg.ucf(str(hashes)) == {"/etc/ssh/sshd_config": A, "/etc/with a blank": B}


def test_a_host_without_dpkg_knows_nothing(tmp_path: Path) -> None:
    root = str(tmp_path / "none")
    assert (dpkg.conffiles(root), dpkg.owner("/bin/sh", root), dpkg.md5sums("dash", root), dpkg.ucf(root)) == ({}, None, {}, {})


def test_a_file_is_compared_with_what_its_package_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine"
    mine.write_text("as it came\n")
    brought = {str(mine): hashlib.md5(b"as it came\n", usedforsecurity=False).hexdigest(), str(tmp_path / "lost"): A}
    monkeypatch.setattr(dpkg, "conffiles", lambda: brought)
    monkeypatch.setattr(dpkg, "ucf", dict)
    assert dpkg.untouched(str(mine)) is True
    mine.write_text("by hand\n")
    assert dpkg.untouched(str(mine)) is False
    assert dpkg.untouched(str(tmp_path / "lost")) is False
    assert dpkg.untouched("/etc/nobodys") is None
