# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not declared any more, on a whole host: a unit, a Compose project, a component; and the way back when that fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._converge import file_ops, state
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import compose, units
from ansible_collections.echodiary.infra.plugins.module_utils._release import images, slots
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.directory_host import Host, host, probe_that_fails
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.systemd import UNIT, Service

__all__ = ["host"]


@pytest.fixture
def service(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A host on which nothing runs yet."""
    made = Service(tmp_path, host.root / "x.cfg", monkeypatch)
    made.set("active", "inactive")
    made.set("enabled", "disabled")
    monkeypatch.setattr(units, "FOLDER", f"{host.root}/")
    return made


def demo(host: Host, name: str = "demo", **more: Any) -> dict[str, Any]:
    path = host.path("x.cfg")
    unit = {"state": "started", "enabled": True, "consumes": [path]}
    return spec(name, files={path: file("one"), host.path(UNIT): file("[Service]")}, units={UNIT: unit}, **more)


def without_unit(host: Host, **more: Any) -> dict[str, Any]:
    return spec("demo", files={host.path("x.cfg"): file("one")}, **more)


def now(service: Service) -> tuple[str, str]:
    return service.now("active"), service.now("enabled")


def of(host: Host, resource: str) -> dict[str, Any]:
    return state.load(str(host.state), "demo")["resources"].get(resource)  # type: ignore[return-value]


RUNS, RESTS = ("active", "enabled"), ("inactive", "disabled")


def test_a_unit_that_is_not_declared_any_more_is_stopped_and_disabled(host: Host, service: Service) -> None:
    assert host.component(demo(host))["status"] == "changed"
    assert now(service) == RUNS
    checked = host.component(without_unit(host), check=True)
    assert checked["sync"] == "OutOfSync"
    assert {("disable", f"unit:{UNIT}"), ("stop", f"unit:{UNIT}")} <= {(one["action"], one["resource"]) for one in checked["changes"]}
    assert now(service) == RUNS, "a check changes nothing"
    done = host.component(without_unit(host))
    assert (done["status"], done["sync"]) == ("changed", "Synced")
    assert (now(service), os.path.exists(host.path(UNIT)), of(host, f"unit:{UNIT}")) == (RESTS, False, None)
    assert host.component(without_unit(host), check=True)["changes"] == []


def test_one_that_had_run_before_us_goes_on_running(host: Host, service: Service) -> None:
    service.set("active", "active")
    service.set("enabled", "enabled")
    component = demo(host)
    del component["files"][host.path(UNIT)]
    host.run(component)
    assert host.component(without_unit(host), check=True)["changes"] == []
    assert host.component(without_unit(host))["status"] == "ok"
    assert now(service) == RUNS


def test_what_another_component_declares_now_stays(host: Host, service: Service) -> None:
    host.run(demo(host))
    assert (
        host.run(without_unit(host), spec("other", units={UNIT: {"state": "started", "consumes": []}}))["components"][0]["sync"] == "Synced"
    )
    assert now(service) == RUNS


def test_when_the_rest_fails_it_runs_again(host: Host, service: Service) -> None:
    host.run(demo(host))
    done = host.component(without_unit(host, health=probe_that_fails()))
    assert done["status"] == "taken_back"
    assert (now(service), os.path.exists(host.path(UNIT))) == (RUNS, True)
    assert of(host, f"unit:{UNIT}") == {"state": "started", "enabled": True}


def test_a_first_installation_that_fails_leaves_no_record(host: Host, service: Service) -> None:
    assert host.component(demo(host, health=probe_that_fails()))["status"] == "taken_back"
    assert os.listdir(host.state / "components") == []
    assert host.component(demo(host))["status"] == "changed"
    assert state.load(str(host.state), "demo")["before"] == {f"unit:{UNIT}": {"state": "stopped", "enabled": False}}


def hosted(host: Host, *names: str, prune: bool = False, check: bool = False) -> dict[str, Any]:
    """A run of a host that is to have these components."""
    return host.run(*(spec(name) for name in names), check=check, hosted=list(names), prune=prune)


@pytest.mark.parametrize("check", [True, False])
def test_a_component_that_left_the_list_is_out_of_sync_until_it_may_be_pruned(host: Host, service: Service, check: bool) -> None:
    host.run(demo(host))
    left, other = hosted(host, "other", check=check)["components"]
    assert (left["name"], left["sync"], left["status"]) == ("demo", "OutOfSync", "ok")
    assert [(one["resource"], one["action"]) for one in left["changes"]] == [("component:demo", "report")]
    assert "requires pruning" in left["changes"][0]["why"]
    assert (other["name"], other["sync"], now(service)) == ("other", "Synced", RUNS)


def test_pruned_it_leaves_nothing(host: Host, service: Service) -> None:
    host.run(demo(host))
    checked = hosted(host, "other", prune=True, check=True)["components"][0]
    assert {(one["action"], one["resource"]) for one in checked["changes"]} == {
        ("disable", f"unit:{UNIT}"), ("stop", f"unit:{UNIT}"),
        ("remove", f"file:{host.path('x.cfg')}"), ("remove", f"file:{host.path(UNIT)}"),
    }  # fmt: skip
    answer = hosted(host, "other", prune=True)
    assert [(one["name"], one["status"], one["sync"]) for one in answer["components"]] == [
        ("demo", "changed", "Synced"),
        ("other", "ok", "Synced"),
    ]
    assert (now(service), os.listdir(host.root), answer["rest"]) == (RESTS, [], [])
    assert state.recorded(str(host.state)) == []
    assert [one["name"] for one in hosted(host, "other", prune=True)["components"]] == ["other"]


def test_what_cannot_leave_stays_whole(host: Host, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: a file that cannot be removed brings back all the others and the unit, and keeps nobody waiting."""
    host.run(demo(host))
    remove = file_ops.remove

    def refuse(path: str) -> None:
        if path == host.path("x.cfg"):
            raise PermissionError(1, "Operation not permitted", path)
        remove(path)

    monkeypatch.setattr(file_ops, "remove", refuse)
    answer = hosted(host, "other", prune=True)
    assert [(one["name"], one["status"], one["sync"]) for one in answer["components"]] == [
        ("demo", "taken_back", "OutOfSync"),
        ("other", "ok", "Synced"),
    ]
    assert now(service) == RUNS
    assert sorted(os.listdir(host.root)) == sorted(["x.cfg", UNIT])
    assert state.recorded(str(host.state)) == ["demo"]


def test_what_could_not_leave_is_not_tried_again_by_the_same_task(host: Host, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    host.run(demo(host))
    answer = host.run(spec("other"), hosted=["other"], prune=True, dealt=["demo"])
    assert [one["name"] for one in answer["components"]] == ["other"]
    assert (answer["undeclared"], now(service)) == (["demo"], RUNS)


def test_a_run_of_some_of_a_host_s_components_misses_none(host: Host, service: Service) -> None:
    host.run(demo(host))
    answer = host.run(spec("other"), hosted=["demo", "other"], prune=True)
    assert [one["name"] for one in answer["components"]] == ["other"]
    assert answer["undeclared"] == []
    assert now(service) == RUNS


def test_what_another_component_has_on_this_host_stays(host: Host, service: Service) -> None:
    """Although it has no part in this run."""
    host.run(demo(host))
    host.run(spec("heir", files={host.path("x.cfg"): file("one")}))
    host.run(spec("other"), hosted=["heir", "other"], prune=True)
    assert os.listdir(host.root) == ["x.cfg"]
    assert state.recorded(str(host.state)) == ["heir"]


def test_a_component_in_two_slots_leaves_whole(host: Host, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[tuple[list[str], int]] = []
    monkeypatch.setattr(images, "keep", lambda _name, references, count: kept.append((references, count)) or [])
    for slot in ("blue", "green"):
        host.run(spec(f"app@{slot}", files={host.path(slot): file(slot), host.path("both"): file("")}))
    slots.save(str(host.state), "app", {**slots.empty(), "active": "blue", "images": ["i:1"]})
    assert hosted(host, "other", check=True)["components"][0]["changes"][0]["resource"] == "component:app"
    (left, _) = hosted(host, "other", prune=True)["components"]
    assert (left["name"], left["status"], os.listdir(host.root)) == ("app", "changed", [])
    assert kept == [(["i:1"], 0)], "its images are not kept for a rollback any more"
    assert (state.recorded(str(host.state)), os.listdir(host.state / "slots")) == ([], [])


class Engine:
    """A project whose containers come and go with ``leave`` and ``come_back``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, compose_file: str) -> None:
        self.told: list[str] = []
        self.runs = True
        monkeypatch.setattr(docker, "running", lambda: True)
        monkeypatch.setattr(
            docker, "started_from", lambda: [("web", compose_file, "web"), ("else", "/opt/else.yaml", "x")] if self.runs else []
        )
        monkeypatch.setattr(compose, "leave", lambda project: self.tell("leave", project, runs=False))
        monkeypatch.setattr(compose, "come_back", lambda project: self.tell("come back", project, runs=True))

    def tell(self, verb: str, project: compose.Left, *, runs: bool) -> None:
        self.told.append(f"{verb} {project.name}")
        self.runs = runs


@pytest.fixture
def engine(host: Host, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A host with the record of a component that had a project."""
    made = Engine(monkeypatch, host.path("compose.yaml"))
    host.run(spec("web", files={host.path("compose.yaml"): file("services: {}"), host.path("kept"): file("")}))
    record = state.load(str(host.state), "web")
    record["services"] = {"web": {"digest": "d", "config_hash": "h", "image_id": "i"}}
    state.save(str(host.state), "web", record)
    return made


def test_a_project_that_is_not_declared_any_more_goes_with_its_containers(host: Host, engine: Engine) -> None:
    component = spec("web", files={host.path("kept"): file("")})
    checked = host.component(component, check=True)
    assert ("service:web", "remove", "pending") in [(one["resource"], one["action"], one["origin"]) for one in checked["changes"]]
    assert engine.told == []
    assert host.component(component)["status"] == "changed"
    assert engine.told == ["leave web"]
    assert host.component(component, check=True)["changes"] == []


def test_and_comes_back_when_the_rest_fails(host: Host, engine: Engine) -> None:
    component = spec("web", files={host.path("kept"): file("")}, health=probe_that_fails())
    assert host.component(component)["status"] == "taken_back"
    assert engine.told == ["leave web", "come back web"]
    assert os.path.exists(host.path("compose.yaml"))
