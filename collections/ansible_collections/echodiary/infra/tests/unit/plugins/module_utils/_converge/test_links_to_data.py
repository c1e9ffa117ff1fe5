# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody moved a declared directory to another disk and left a link: its data is neither hidden nor changed through the link."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import directory, file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host, told

__all__ = ["host"]


def data(host: Host, **more: Any) -> dict[str, Any]:
    return spec(directories={host.path("data"): directory()}, files={host.path("data/conf"): file("one")}, **more)


@pytest.fixture
def moved(host: Host) -> Path:
    """As people do it: mv to the large disk, ln -s."""
    host.run(data(host))
    (host.root / "data/diary").write_text("years of it")
    disk = host.root / "disk"
    disk.mkdir()
    os.rename(host.path("data"), disk / "data")
    (host.root / "data").symlink_to(disk / "data")
    return disk / "data"


@pytest.mark.parametrize("wanted", ["one", "two"])
@pytest.mark.parametrize("check", [True, False])
def test_a_link_to_data_is_refused_before_anything_is_touched(host: Host, moved: Path, wanted: str, check: bool) -> None:
    asked = spec(
        directories={host.path("data"): directory(), host.path("other"): directory()},
        files={host.path("data/conf"): file(wanted), host.path("a"): file("a")},
    )
    done = host.component(asked, check=check)
    assert done["status"] == "failed"
    assert str(moved) in done["msg"]
    assert "\n" not in done["msg"]
    assert (host.root / "data").is_symlink()
    assert sorted(path.name for path in host.root.iterdir()) == ["data", "disk"]
    assert ((moved / "conf").read_text(), (moved / "diary").read_text()) == ("one", "years of it")


def test_the_way_out_runs_as_it_is_printed(host: Host, moved: Path) -> None:
    msg = host.component(data(host))["msg"]
    command = msg[msg.index("rm ") : msg.index(" (and a line")]
    assert shlex.split(command)[-2:] == [str(moved), host.path("data")]
    if os.getuid() != 0 or subprocess.run(["sh", "-c", command], check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        done = host.component(data(host, owned={host.path("data"): {"prune": False, "ignore": ["diary"]}}))
        assert (done["status"], done["sync"], done["changes"]) == ("ok", "Synced", [])
        assert (host.root / "data/diary").read_text() == "years of it"
    finally:
        subprocess.run(["umount", host.path("data")], check=True)


def test_the_other_components_have_their_turn_in_a_check(host: Host, moved: Path) -> None:
    answer = host.run(data(host), spec("other"), check=True)
    assert [one["status"] for one in answer["components"]] == ["failed", "ok"]


@pytest.mark.parametrize("target", ["empty", "nowhere", "loop", "file"])
def test_a_link_with_nothing_behind_it_gives_way_and_what_is_planned_is_what_is_done(host: Host, target: str) -> None:
    (host.root / "empty").mkdir()
    (host.root / "file").write_text("kept")
    link = host.root / "data"
    link.symlink_to(link if target == "loop" else host.root / target)
    asked = spec(
        directories={host.path("data/deep"): directory(), host.path("data"): directory()},
        files={host.path("data/conf"): file("one"), host.path("data/deep/er/conf"): file("two")},
    )
    predicted = host.component(asked, check=True)
    done = host.component(asked)
    assert told(predicted) == told(done)
    assert sorted(told(done)) == [
        ("conf", "create", "pending"), ("conf", "create", "pending"), ("data", "update", "pending"), ("deep", "create", "pending"),
    ]  # fmt: skip
    assert (done["status"], done["msg"]) == ("changed", "")
    assert not link.is_symlink()
    assert (host.root / "data/deep/er/conf").read_text() == "two"
    assert list((host.root / "empty").iterdir()) == []
    assert (host.root / "file").read_text() == "kept"
    assert host.component(asked, check=True)["changes"] == []


def test_a_link_above_what_is_declared_is_the_host_s_own_business(host: Host) -> None:
    (host.root / "real").mkdir()
    (host.root / "way").symlink_to("real")
    asked = spec(directories={host.path("way/data"): directory()}, files={host.path("way/data/conf"): file("one")})
    assert host.component(asked)["status"] == "changed"
    assert (host.root / "real/data/conf").read_text() == "one"
    assert host.component(asked, check=True)["changes"] == []
