# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import packages
from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Applied

#: of test_removal
EXAMPLE = ("tree", ["tree"], "2.1")

STATUS = """\
Package: haproxy
Status: install ok installed
Architecture: amd64
Version: 3.0.11-1
Description: fast proxy
 Package: cron
 .
 mentioned in a description

Package: haproxy-doc
Status: install ok installed
Version: 9

Package: cron
Status: deinstall ok config-files
Version: 3.0pl1-197

Package: kept
Status: hold ok installed
Version: 1.2

Package: half
Status: install reinstreq half-installed
Version: 4
"""


def test_only_what_is_fully_installed() -> None:
    found = packages.parse_dpkg(STATUS, ["haproxy", "cron", "kept", "half", "absent"])
    assert found == {"haproxy": "3.0.11-1", "kept": "1.2"}


def test_a_name_is_not_found_inside_another() -> None:
    assert packages.parse_dpkg(STATUS, ["haprox", "doc"]) == {}


def test_reads_a_status_file(tmp_path: Path) -> None:
    (tmp_path / "status").write_text(STATUS)
    assert packages.installed(["kept"], str(tmp_path / "status")) == {"kept": "1.2"}
    assert packages.installed([], "/absent") == {}


def test_rpm_rows() -> None:
    output = "haproxy\t3.0-1\npackage cron is not installed\nother\t1-1\n"
    assert packages.parse_rpm(output, ["haproxy", "cron"]) == {"haproxy": "3.0-1"}


@pytest.mark.parametrize(
    ("wanted", "here", "was", "origin"),
    [
        ("haproxy", None, None, "pending"),  # new in git
        ("haproxy", None, "haproxy", "corrective"),  # somebody removed it
        ("haproxy=3", "2", None, "pending"),
        ("haproxy=3", "2", "haproxy=2", "pending"),  # git raised the version
        ("haproxy=3", "2", "haproxy=3", "corrective"),  # somebody changed the version
        ("haproxy=3", "1", "haproxy=2", "conflict"),
        ("haproxy=3", "2", "haproxy", "pending"),  # any version was fine until git named one
        ("haproxy=3", None, "haproxy", "conflict"),
    ],
)
def test_what_has_to_be_installed_and_who_moved(wanted: str, here: str | None, was: str | None, origin: str) -> None:
    live = {} if here is None else {"haproxy": here}
    last = {} if was is None else {"haproxy": was}
    changes = packages.plan([wanted], live, Applied(last))
    assert [(str(c.resource), c.action, c.origin) for c in changes] == [("package:haproxy", "install", origin)]


@pytest.mark.parametrize("wanted", ["haproxy", "haproxy=3"])
def test_nothing_to_do(wanted: str) -> None:
    assert packages.plan([wanted], {"haproxy": "3"}, Applied()) == []
