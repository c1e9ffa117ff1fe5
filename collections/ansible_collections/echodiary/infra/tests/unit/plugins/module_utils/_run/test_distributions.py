# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs on a real directory whose distribution is what a test says."""

from __future__ import annotations

import os
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import distribution
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host

__all__ = ["host"]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = {"name": "debian 12", "title": "Debian 12"}
    monkeypatch.setattr(distribution, "read", lambda: dict(found))
    return found


def demo(host: Host) -> dict[str, Any]:
    old, new = host.path("old"), host.path("new")
    entries = {"debian 12": {"paths": {new: ""}}, "debian 13": {"paths": {old: "", new: old}}, "x 1": {"refuse": "no"}}
    return spec(files={old: file("12"), new: file("13")}, distributions=entries)


@pytest.mark.parametrize("name", ["debian 12", "debian 13"])
def test_a_host_makes_what_is_declared_for_it(host: Host, here: dict[str, str], name: str) -> None:
    here["name"] = name
    predicted = host.component(demo(host), check=True)
    assert [one["resource"] for one in predicted["changes"]] == [f"file:{host.path('old')}"]
    assert host.run(demo(host))["distribution"] == here
    assert (host.root / "old").read_text() == name.partition(" ")[2]
    assert not (host.root / "new").exists()
    assert host.component(demo(host), check=True)["changes"] == []


def test_what_an_upgraded_host_does_not_declare_any_more_goes(host: Host, here: dict[str, str]) -> None:
    gone = spec(files={host.path("a"): file("a")}, distributions={"debian 12": {}, "debian 13": {"paths": {host.path("a"): ""}}})
    host.run(gone)
    here["name"] = "debian 13"
    claimed = manifest.claimed([gone])
    host.run(gone, claimed=claimed.everywhere, claimed_on=claimed.on)
    assert not (host.root / "a").exists()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", ["x 1", "amzn 2023", ""])
def test_an_unsupported_host_is_not_touched_not_by_components_that_could_be_there_either(
    host: Host, here: dict[str, str], name: str, check: bool
) -> None:
    here["name"] = name
    answer = host.run(spec("other", files={host.path("b"): file("b")}), demo(host), check=check)
    assert (answer["unsupported"], answer["distribution"], answer["components"], answer["rest"]) == (True, here, [], [])
    assert os.listdir(host.root) == []
    assert not host.state.exists()
