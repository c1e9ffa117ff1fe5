# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages are compared as apt means what is written: versions as patterns, architectures, virtual ones, and dpkg's own journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import component
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import packages
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest as manifests
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import delegated
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import spec

STATUS = """\
Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.22.6

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41-6

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.41-6

Package: only-foreign
Status: install ok installed
Architecture: i386
Version: 1

Package: exim4-daemon-light
Status: install ok installed
Architecture: amd64
Version: 4.98-3
Provides: default-mta, mail-transport-agent, exim4-localscanapi-6.0 (= 6.0), exim:any

Package: tree
Status: hold ok installed
Architecture: amd64
Version: 2.2.1-1

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b-4

Package: vim
Status: install ok installed
Architecture: amd64
Version: 2:9.1.1230-2

Package: went
Status: deinstall ok config-files
Architecture: amd64
Version: 1
Provides: nothing-any-more
"""


def changed(*wanted: str, status: str = STATUS, newer: str = "") -> list[str]:
    names = sorted({packages.split(one)[0] for one in wanted})
    live = packages.parse_dpkg(status, names, newer) if newer else packages.parse_dpkg(status, names)
    return [str(change.resource) for change in packages.plan(list(wanted), live, Applied())]


@pytest.mark.parametrize(
    "wanted",
    [
        "tree=2.*", "tree=2.2.1-1", "tree=*", "tree=2.?.1-[0-9]", "tree:amd64", "tree:amd64=2.*", "tree:native", "tree:any", "tree:all",
        "vim=2:9.*", "vim=2:9.1.1230-2", "tzdata", "tzdata:all", "tzdata:amd64", "libc6", "libc6:i386", "libc6:amd64=2.41-6",
        "only-foreign:i386", "only-foreign:any", "mail-transport-agent", "default-mta", "exim4-localscanapi-6.0", "exim",
    ],
)  # fmt: skip
def test_in_sync(wanted: str) -> None:
    assert changed(wanted) == []


@pytest.mark.parametrize(
    "wanted",
    [
        "tree=1.*", "tree=2.2.1", "tree:i386", "tree:i386=2.*", "tzdata:i386", "only-foreign", "only-foreign:amd64", "vim=9.*",
        "mail-transport", "transport-agent", "nothing-any-more", "went", "lib",
    ],
)  # fmt: skip
def test_missing(wanted: str) -> None:
    assert changed(wanted) == [f"package:{packages.split(wanted)[0]}"]


def test_who_moved_a_package_that_is_declared_with_a_pattern() -> None:
    last = Applied({"tree": "tree=1.*"})
    (change,) = packages.plan(["tree=3.*"], {"tree": "1.5"}, last)
    assert change.origin == "pending"
    (change,) = packages.plan(["tree=1.*"], {"tree": "2.0"}, last)
    assert change.origin == "corrective"


@pytest.mark.parametrize("state", ["unpacked", "half-configured", "half-installed", "triggers-awaited", "config-files"])
@pytest.mark.parametrize("where", ["status", "updates"])
def test_what_is_not_configured_is_a_change(state: str, where: str, tmp_path: Path) -> None:
    status = tmp_path / "status"
    broken = f"Package: tree\nStatus: install ok {state}\nArchitecture: amd64\nVersion: 2.2.1-1\n"
    (tmp_path / "updates").mkdir()
    if where == "status":
        status.write_text(STATUS.replace("Status: hold ok installed", f"Status: install ok {state}"))
    else:
        status.write_text(STATUS)
        (tmp_path / "updates/0000").write_text(broken.replace(state, "installed"))
        (tmp_path / "updates/0001").write_text(broken)
        (tmp_path / "updates/tmp.i").write_text(broken.replace(state, "installed"))
    live = packages.installed(["tree", "tzdata"], str(status))
    assert live == {"tzdata": "2025b-4"}


def test_what_dpkg_only_just_installed_or_purged_counts(tmp_path: Path) -> None:
    (tmp_path / "status").write_text(STATUS)
    (tmp_path / "updates").mkdir()
    (tmp_path / "updates/0002").write_text("Package: fresh\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7\n")
    (tmp_path / "updates/0003").write_text("Package: tzdata\nStatus: purge ok not-installed\nPriority: required\nSection: localization\n")
    assert packages.installed(["fresh", "tzdata", "vim"], str(tmp_path / "status")) == {"fresh": "7", "vim": "2:9.1.1230-2"}


SPEC = spec(packages=["tree:amd64=2.*", "other"])


def needs_of(monkeypatch: pytest.MonkeyPatch, *, interrupted: bool) -> dict[str, Any]:
    monkeypatch.setattr(packages, "interrupted", lambda: interrupted, raising=False)
    converger = component.Converger.__new__(component.Converger)
    change = packages.plan(["tree:amd64=2.*"], {}, Applied())

    class Seen:
        class plan:  # noqa: N801
            delegated = change

    Seen.lacking = staticmethod(list)  # type: ignore[attr-defined]
    converger.view = Seen()  # type: ignore[assignment]
    found = converger.needs()
    assert found is not None
    return found


def test_an_interrupted_dpkg_is_told_to_go_on_before_anything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list(delegated.calls(needs_of(monkeypatch, interrupted=True), SPEC, "apt"))
    assert [call.what for call in calls] == ["dpkg --configure -a", "packages tree:amd64=2.*"]
    assert len(list(delegated.calls(needs_of(monkeypatch, interrupted=False), SPEC, "apt"))) == 1


def test_a_dpkg_that_works_is_not_interrupted(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text(STATUS)
    (tmp_path / "lock").touch()
    (tmp_path / "updates").mkdir()
    assert not packages.interrupted(str(status))
    (tmp_path / "updates/0000").write_text("Package: x\n")
    assert packages.interrupted(str(status))
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        with open(tmp_path / "lock", "r+b") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            os.write(ready[1], b"x")
            os.read(done[0], 1)
        os._exit(0)
    os.read(ready[0], 1)
    assert not packages.interrupted(str(status))
    os.write(done[1], b"x")
    os.waitpid(child, 0)


@pytest.mark.parametrize("wanted", ["tree/now", "tree/stable", "php*", "tree>=2.0", "tree<3", "", "tree =2", "tree=2=3", "./tree.deb"])
def test_what_cannot_be_compared_is_refused_with_the_form_that_can(wanted: str) -> None:
    with pytest.raises(SpecError) as caught:
        manifests.build("demo", {"packages": [wanted]}, {})
    assert "name=version" in str(caught.value)


@pytest.mark.parametrize("wanted", ["g++", "libc6:i386", "tree=2.*", "vim=2:9.1~rc1+dfsg-1", "docker.io", "NetworkManager", "perl-DBI"])
def test_what_can_be_compared_is_taken(wanted: str) -> None:
    assert manifests.build("demo", {"packages": [wanted]}, {})["packages"] == [wanted]


def test_rpm_knows_an_architecture_by_its_own_spelling() -> None:
    assert packages.parse_rpm("tree\t2.1-3\ntree.x86_64\t2.1-3\n", ["tree.x86_64"]) == {"tree.x86_64": "2.1-3"}
