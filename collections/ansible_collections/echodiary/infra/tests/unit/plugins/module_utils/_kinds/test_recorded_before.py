# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that an earlier version converged stay converged: its records are read as they are, and nothing follows from them.

``recorded`` was taken from two hosts: one of two components with the manifest that it was converged with, and one of an application.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import desired, observe, planning, state
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import kinds, model, paths, sysctl
from ansible_collections.echodiary.infra.plugins.module_utils._release import slots
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import container, spec, unit

RECORDED = Path(__file__).with_name("recorded")
HOSTS = sorted((path.parent.parent.name, path.stem) for path in RECORDED.glob("*/components/*.json"))
MANIFEST = json.loads((RECORDED / "demo/manifest.json").read_text())


def record_of(host: str, component: str) -> dict[str, Any]:
    told: list[str] = []
    found: dict[str, Any] = state.load(str(RECORDED / host), component, told)
    assert not told and found["resources"], "read as it is"
    return found


def named(record: dict[str, Any], kind: str) -> dict[str, Any]:
    return {one.name: value for text, value in record["resources"].items() for one in [model.Resource.parse(text)] if one.kind == kind}


def as_recorded(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The host as it was left."""
    identity = {name: one["identity"] for name, one in record["loaded"].items()}
    return {
        "package": {name: wanted.partition("=")[2] or "1" for name, wanted in named(record, "package").items()},
        "user": {name: {"shell": "/bin/sh", "home": "/", "uid": 9, "groups": [], **value} for name, value in named(record, "user").items()},
        "sysctl": {name: sysctl.Live(value, value) for name, value in named(record, "sysctl").items()},
        "unit": {name: unit(enabled=value.get("enabled", True), active="active" if value.get("state") != "stopped" else "inactive",
                            identity=identity.get(name, "")) for name, value in named(record, "unit").items()},
    }  # fmt: skip


def seen_of(record: dict[str, Any], component: dict[str, Any]) -> observe.Reading:
    oldest = min((one["newest"] for one in record["loaded"].values()), default=0.0)
    services = {name: [live(name, one, record, component)] for name, one in record["services"].items()}
    images = {
        one["image"]: record["services"][name]["image_id"] for name, one in (component["compose"] or {"services": {}})["services"].items()
    }
    found = {path: paths.Live(value, oldest) for path, value in named(record, "path").items()}
    return observe.Reading(found, as_recorded(record), services, images)


def live(name: str, one: dict[str, Any], record: dict[str, Any], component: dict[str, Any]) -> Any:
    once = component["compose"]["services"][name]["oneshot"]
    found, _, started = record["loaded"].get(name, {"identity": "@1"})["identity"].partition("@")
    return container(
        id=found, service=name, started_at=float(started), image_id=one["image_id"], config_hash=one["config_hash"],
        state="exited" if once else "running", networks=dict.fromkeys(one["networks"], "id"),
    )  # fmt: skip


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"root": 0, "demo": 995}
    monkeypatch.setattr(desired, "pwd", SimpleNamespace(getpwnam=lambda name: SimpleNamespace(pw_uid=numbers[name])))
    monkeypatch.setattr(desired, "grp", SimpleNamespace(getgrnam=lambda name: SimpleNamespace(gr_gid=numbers[name])))


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("component", MANIFEST["components"], ids=lambda one: one["name"])
def test_nothing_is_to_be_done_on_a_host_of_before(component: dict[str, Any]) -> None:
    record = record_of("demo", component["name"])
    want = desired.resolve(component, bytes.fromhex(MANIFEST["key"]), False)
    assert planning.plan(component, want, seen_of(record, component), record, []).all() == []
    assert planning.resources(component, want) == record["resources"], "and it would be recorded in the same words"


@pytest.mark.parametrize(("host", "name"), HOSTS)
def test_what_is_declared_as_it_was_recorded_is_no_change(host: str, name: str) -> None:
    record = record_of(host, name)
    component = spec(
        name,
        packages=list(named(record, "package").values()),
        users=[{"name": user, **value} for user, value in named(record, "user").items()],
        sysctl=named(record, "sysctl"),
        units={unit_name: {"consumes": [], **value} for unit_name, value in named(record, "unit").items()},
    )
    found = kinds.plan(component, as_recorded(record), kinds.applied(component, record, (), prune=True))
    assert all(part == [] for part in found)
    assert dict(kinds.before(component, as_recorded(record), record["resources"])) == {}, "what was there before us is not made up"


def test_the_slots_of_before() -> None:
    told: list[str] = []
    found = slots.load(str(RECORDED / "app"), "echodiary", told)
    assert (found["active"], sorted(found["releases"]), told) == ("green", ["blue", "green"], [])


def test_a_record_that_says_nothing_new_is_not_written_anew(tmp_path: Path) -> None:
    shutil.copytree(RECORDED / "demo", tmp_path, dirs_exist_ok=True)
    path = Path(state.path_of(str(tmp_path), "web"))
    before = path.stat()
    state.save(str(tmp_path), "web", state.load(str(tmp_path), "web"))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
