# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole plan as a pure function, over components and hosts that hypothesis invents."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.module_utils._converge import desired, observe, planning, state
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import compose, kinds, model, packages, paths, processes, sysctl, users
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import (
    container,
    file,
    spec,
    unit,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PATHS = ["/etc/x/a", "/etc/x/b", "/etc/y"]
contents = st.sampled_from(["one", "two", ""])
modes = st.sampled_from(["0644", "0600"])
file_specs = st.dictionaries(st.sampled_from(PATHS), st.builds(file, contents, modes), max_size=3)
unit_specs = st.dictionaries(
    st.sampled_from(["a.service", "b.service"]),
    st.fixed_dictionaries(
        {"consumes": st.sampled_from([[], ["/etc/x/**"]])},
        optional={"state": st.sampled_from(["started", "stopped"]), "enabled": st.booleans()},
    ),
)
specs = st.builds(
    spec,
    files=file_specs,
    units=unit_specs,
    packages=st.lists(st.sampled_from(["p", "q=2"]), unique=True),
    users=st.lists(st.fixed_dictionaries({"name": st.just("u"), "shell": st.sampled_from(["/s", "/t"])}), max_size=1),
    sysctl=st.dictionaries(st.just("k"), st.sampled_from(["1", "2"])),
    compose=st.one_of(
        st.none(),
        st.builds(
            lambda digest, image: {
                "name": "demo", "file": "/c",
                "services": {"web": {"image": image, "digest": digest, "oneshot": False, "consumes": ["/etc/y"], "rebound": []}},
            },
            st.sampled_from(["d1", "d2"]),
            st.sampled_from(["i1", "i2"]),
        ),
    ),
)  # fmt: skip


def live_paths(draw: Any, want: desired.Desired) -> dict[str, paths.Live]:
    found = {}
    for path, value in want.values.items():
        here = draw(st.sampled_from([value, None, {**value, "mode": "0777"}, {"kind": "link", "target": "/z"}]))
        found[path] = paths.Live(here, draw(st.floats(1, 2000)), b"")
    return found


def everything(component: dict[str, Any]) -> dict[str, list[str]]:
    return {kind.NAME: kinds.names(component, kind) for kind in kinds.KINDS}


@st.composite
def kinds_of(draw: Any, names: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Any state of these names."""
    live = {
        "package": st.sampled_from(["1", "2"]),
        "user": st.fixed_dictionaries({"shell": st.sampled_from(["/s", "/t"]), "groups": st.just([])}),
        "sysctl": st.builds(sysctl.Live, st.sampled_from(["1", "2"]), st.sampled_from([None, "1"])),
        "unit": st.builds(unit, active=st.sampled_from(["active", "failed", "inactive"]), enabled=st.booleans()),
    }
    found = {kind: {name: draw(live[kind]) for name in of if kind != "user" or draw(st.booleans())} for kind, of in names.items()}
    return {**found, "package": {name: one for name, one in found["package"].items() if draw(st.booleans())}}


def kinds_as_declared(component: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "user": {user["name"]: {"groups": [], **users.wanted_value(user)} for user in component["users"]},
        "sysctl": {key: sysctl.Live(sysctl.normal(v), sysctl.normal(v)) for key, v in component["sysctl"].items()},
        "package": {packages.split(name)[0]: packages.split(name)[1] or "1" for name in component["packages"]},
        "unit": {name: unit(active="active" if one.get("state", "started") == "started" else "inactive",
                            enabled=one.get("enabled", True), started_at=5000.0) for name, one in component["units"].items()},
    }  # fmt: skip


@st.composite
def hosts(draw: Any) -> tuple[dict[str, Any], desired.Desired, observe.Reading]:
    component = draw(specs)
    want = desired.resolve(component, b"key", False)
    images = {service["image"]: f"id-{service['image']}" for service in (component["compose"] or {"services": {}})["services"].values()}
    containers = st.builds(container, image_id=st.sampled_from(["id-i1", "id-i2"]), state=st.sampled_from(["running", "exited"]))
    live = draw(st.lists(containers, max_size=2)) if component["compose"] else []
    seen = observe.Reading(
        paths=live_paths(draw, want),
        kinds=draw(kinds_of(everything(component))),
        services={"web": live} if live else {},
        images=images,
    )  # fmt: skip
    return component, want, seen


def converged(component: dict[str, Any], want: desired.Desired, seen: observe.Reading) -> tuple[observe.Reading, dict[str, Any]]:
    """The host and the record as a perfect apply would leave them."""
    project = component["compose"]
    services = {}
    for name, service in (project or {"services": {}})["services"].items():
        services[name] = [container(service=name, image_id=seen.images[service["image"]], config_hash="new", started_at=5000.0)]
    after = seen._replace(
        paths={path: paths.Live(value, 3000.0, b"") for path, value in want.values.items()},
        kinds=kinds_as_declared(component),
        services=services,
    )  # fmt: skip
    record = state.empty()
    record["resources"] = planning.resources(component, want)
    record["services"] = compose.record(project, services) if project else {}
    record["loaded"] = {one.name: processes.loaded(one) for one in observe.consumers(component, want, after) if one.identity}
    return after, record


@settings(max_examples=60, deadline=None)
@given(hosts())
def test_after_a_perfect_apply_nothing_is_left_and_again_nothing(host: tuple) -> None:
    component, want, seen = host
    after, record = converged(component, want, seen)
    assert planning.plan(component, want, after, record, []).all() == []


@settings(max_examples=60, deadline=None)
@given(hosts())
def test_empty_exactly_when_the_host_is_as_declared(host: tuple) -> None:
    component, want, seen = host
    after, record = converged(component, want, seen)
    changes = planning.plan(component, want, seen, record, []).all()
    for path, value in want.values.items():
        named = any(str(change.resource) == f"file:{path}" for change in changes)
        assert named == (seen.paths[path].value != value)
    for name, one in component["units"].items():
        named = {change.action for change in changes if str(change.resource) == f"unit:{name}"}
        runs, meant = seen.units[name].active == "active", one.get("state")
        assert ("start" in named) == (meant == "started" and not runs)
        assert ("stop" in named) == (meant == "stopped" and runs)
    assert after is not seen


@settings(max_examples=60, deadline=None)
@given(hosts())
def test_a_drifted_host_is_never_blamed_on_git_and_a_new_one_never_on_people(host: tuple) -> None:
    component, want, seen = host
    _, record = converged(component, want, seen)
    drifted = planning.plan(component, want, seen, record, [])
    assert {change.origin for change in drifted.all()} <= {"corrective"}
    new = planning.plan(component, want, seen, state.empty(), [])
    assert {change.origin for change in [*new.delegated, *new.paths, *new.units]} <= {"pending"}


@settings(max_examples=60, deadline=None)
@given(hosts())
def test_every_change_can_be_told(host: tuple) -> None:
    component, want, seen = host
    for change in planning.plan(component, want, seen, state.empty(), []).all():
        assert change.name
        assert change.action and (change.fields or change.why or change.action == "pull")
        assert change.as_dict()["origin"] in ("pending", "corrective", "conflict")


def plan_with(want_files: dict[str, Any], live: dict[str, paths.Live], last: dict[str, Any], strangers: list[model.Change]) -> list:
    component = spec(files=want_files)
    want = desired.resolve(component, b"key", False)
    seen = observe.Reading(live, {}, {}, {})
    return planning.plan(component, want, seen, {**state.empty(), "resources": last}, strangers).all()


def test_a_file_that_git_dropped_from_an_owned_directory_is_git_s_removal_and_no_stranger() -> None:
    former = {"kind": "file", "content": "x", "mode": "0644", "uid": 0, "gid": 0}
    stranger = model.Change(model.Resource("stranger", "/etc/x/former"), "report", "corrective", why="not declared in /etc/x")
    changes = plan_with({}, {"/etc/x/former": paths.Live(former)}, {"path:/etc/x/former": former}, [stranger])
    assert [(str(c.resource), c.action, c.origin) for c in changes] == [("file:/etc/x/former", "remove", "pending")]


def test_owner_and_mode_alone_restart_nothing() -> None:
    assert not planning.rewrites(model.Change("file:/x", "update", fields={"mode": ["0600", "0644"]}))
    assert planning.rewrites(model.Change("file:/x", "update", fields={"content": ["a", "b"]}))
    assert planning.rewrites(model.Change("file:/x", "update", fields={"kind": ["link", "file"]}))
    assert planning.rewrites(model.Change("file:/x", "create"))


def test_a_service_that_is_recreated_is_not_restarted_as_well() -> None:
    project = {"name": "demo", "file": "/c", "services": {
        "web": {"image": "i", "digest": "d2", "oneshot": False, "consumes": ["/etc/x"], "rebound": []}}}  # fmt: skip
    component = spec(files={"/etc/x": file("new")}, compose=project)
    want = desired.resolve(component, b"key", False)
    seen = observe.Reading({"/etc/x": paths.Live(None)}, {}, {"web": [container(image_id="id")]}, {"i": "id"})
    record = {**state.empty(), "services": {"web": {"digest": "d1", "config_hash": "hash-one", "image_id": "id"}}}
    plan = planning.plan(component, want, seen, record, [])
    assert [str(change.resource) for change in plan.services] == ["service:web"]
    assert plan.processes == []


def test_a_unit_that_somebody_started_is_stopped_and_not_restarted_whatever_its_files() -> None:
    component = spec(files={"/etc/x/a": file("one")}, units={"a.service": {"state": "stopped", "consumes": ["/etc/x/**"]}})
    want = desired.resolve(component, b"key", False)
    seen = observe.Reading(
        paths={path: paths.Live(value, 2000.0, b"one") for path, value in want.values.items()},
        kinds={"unit": {"a.service": unit(active="active", enabled=True, started_at=1000.0)}},
        services={},
        images={},
    )
    _, record = converged(component, want, seen)
    [change] = planning.plan(component, want, seen, record, []).all()
    assert (str(change.resource), change.action, change.origin) == ("unit:a.service", "stop", "corrective")


def test_what_was_done_once_and_stays_is_done_again_when_what_it_read_changes() -> None:
    """Not one that ends and is gone, nor one that reads nothing of ours."""
    for consumes, active, read in ((["/etc/x/a"], "active", True), (["/etc/x/a"], "activating", False), ([], "active", False)):
        component = spec(files={"/etc/x/a": file("new", "0644")}, units={"once.service": {"state": "started", "consumes": consumes}})
        want = desired.resolve(component, b"key", False)
        there = {path: paths.Live(value, 500.0, b"") for path, value in want.values.items()}
        seen = observe.Reading(there, {"unit": {"once.service": unit(oneshot=True, active=active)}}, {}, {})
        (consumer,) = observe.consumers(component, want, seen)
        assert bool(consumer.identity) is read
