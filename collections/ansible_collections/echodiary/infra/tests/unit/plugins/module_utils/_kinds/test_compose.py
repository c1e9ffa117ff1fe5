# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker, http
from ansible_collections.echodiary.infra.plugins.module_utils._kinds import compose, model
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import container

ONE, TWO = "sha256:one", "sha256:two"
APPLIED = {"digest": "d1", "config_hash": "hash-one", "image_id": ONE}
KEY = b"k" * 32


def project(**service: Any) -> dict[str, Any]:
    values = {"image": "web:1", "digest": "d1", "oneshot": False, "consumes": [], "rebound": []}
    return {"name": "demo", "file": "/opt/demo/compose.yaml", "services": {"web": {**values, **service}}}


def plan(
    wanted: dict[str, Any], live: list[docker.Container], last: dict[str, Any] | None = APPLIED, image: str | None = ONE
) -> list[tuple[str, str, str]]:
    ids = {wanted["services"]["web"]["image"]: image}
    changes = compose.plan(wanted, {"web": live} if live else {}, ids, {"web": last} if last else {})
    return [(str(change.resource), change.action, change.origin) for change in changes]


@pytest.mark.parametrize(
    ("wanted", "live", "last", "expected"),
    [
        (project(), [container()], APPLIED, []),
        (project(), [], None, [("create", "pending")]),
        (project(), [], APPLIED, [("create", "corrective")]),
        (project(digest="d2"), [], APPLIED, [("create", "conflict")]),
        # scaled by hand
        (project(), [container(), container(id="d" * 64)], APPLIED, [("update", "corrective")]),
        # from another image
        (project(), [container(image_id=TWO)], APPLIED, [("update", "corrective")]),
        (project(), [container(image_id=TWO)], {**APPLIED, "image_id": TWO}, [("update", "pending")]),
        (project(digest="d2"), [container(image_id=TWO)], {**APPLIED, "image_id": TWO}, [("update", "pending")]),
        (project(digest="d2"), [container(image_id=TWO)], {**APPLIED, "image_id": "sha256:old"}, [("update", "conflict")]),
        # from another definition
        (project(digest="d2"), [container()], APPLIED, [("update", "pending")]),
        (project(), [container(config_hash="theirs")], APPLIED, [("update", "corrective")]),
        (project(digest="d2"), [container(config_hash="theirs")], APPLIED, [("update", "conflict")]),
        (project(), [container()], None, [("update", "pending")]),
        # state
        (project(), [container(state="exited", exit_code=1)], APPLIED, [("start", "corrective")]),
        (project(), [container(state="created")], APPLIED, [("start", "corrective")]),
        (project(), [container(state="paused")], APPLIED, [("unpause", "corrective")]),
        (project(), [container(state="restarting")], APPLIED, []),
        # runs once
        (project(oneshot=True), [container(state="exited", exit_code=0)], APPLIED, []),
        (project(oneshot=True), [container(state="exited", exit_code=3)], APPLIED, [("start", "corrective")]),
    ],
)
def test_table(wanted: dict[str, Any], live: list[docker.Container], last: dict[str, Any] | None, expected: list) -> None:
    assert plan(wanted, live, last) == [("service:web", *change) for change in expected]


def test_an_image_that_is_not_here_is_pulled_first() -> None:
    assert plan(project(), [], None, None) == [("image:web:1", "pull", "pending"), ("service:web", "create", "pending")]


def test_containers_that_the_file_does_not_name() -> None:
    live = {"web": [container()], "extra": [container(service="extra")], "former": [container(service="former")]}
    changes = compose.plan(project(), live, {"web:1": ONE}, {"web": APPLIED, "former": APPLIED})
    assert [(str(c.resource), c.action, c.origin) for c in changes] == [
        ("service:extra", "remove", "corrective"),
        ("service:former", "remove", "pending"),
    ]


@pytest.mark.parametrize(
    ("service", "live", "expected"),
    [
        ({}, [], "Missing"),
        ({}, [container()], "Healthy"),
        ({}, [container(health="healthy")], "Healthy"),
        ({}, [container(health="starting")], "Progressing"),
        ({}, [container(health="unhealthy")], "Degraded"),
        ({}, [container(state="exited")], "Degraded"),
        ({}, [container(state="restarting")], "Degraded"),
        ({"oneshot": True}, [container(state="exited", exit_code=0)], "Healthy"),
        ({"oneshot": True}, [container(state="exited", exit_code=1)], "Degraded"),
    ],
)
def test_health(service: dict[str, Any], live: list[docker.Container], expected: str) -> None:
    assert compose.health(project(**service), {"web": live} if live else {}) == {"web": expected}


def test_the_record_makes_the_next_plan_empty() -> None:
    live = {"web": [container(config_hash="fresh")]}
    last = compose.record(project(digest="d9"), live)
    assert compose.plan(project(digest="d9"), live, {"web:1": ONE}, last) == []


def test_a_signal_goes_to_the_process_and_not_through_docker_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker takes any kill for a manual stop: `unless-stopped` would not bring the container back after a reboot."""
    sent: list[tuple[int, int]] = []
    inspected = http.Answer(200, '{"State": {"Pid": 4242}}')
    monkeypatch.setattr(docker, "get", lambda *_args, **_more: inspected)
    monkeypatch.setattr(docker, "post", lambda *_args, **_more: pytest.fail("asked Docker to kill"))
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    compose.kill(container(), "SIGHUP")
    assert sent == [(4242, signal.SIGHUP)]


@pytest.mark.parametrize(("name", "pid"), [("SIGNONSENSE", 4242), ("SIGHUP", 0)])
def test_a_signal_that_cannot_be_sent_says_so(monkeypatch: pytest.MonkeyPatch, name: str, pid: int) -> None:
    """Pid 0 is what Docker says of a container that does not run; as an argument it would mean our own process group."""
    inspected = http.Answer(200, f'{{"State": {{"Pid": {pid}}}}}')
    monkeypatch.setattr(docker, "get", lambda *_args, **_more: inspected)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("sent"))
    with pytest.raises(model.ConvergeError, match=f"web takes no {name}"):
        compose.kill(container(), name)


@pytest.mark.parametrize(
    ("state", "expected"),
    [("created", []), ("exited", []), ("running", [("stop", "corrective")]), ("restarting", [("stop", "corrective")])],
)
def test_what_is_held_back_is_there_and_does_not_run(state: str, expected: list[tuple[str, str]]) -> None:
    held, live = project(held=True), [container(state=state)]
    assert [(action, origin) for _, action, origin in plan(held, live)] == expected
    assert compose.health(held, {"web": live}) == {"web": "Healthy"}
    assert compose.health(held, {}) == {"web": "Missing"}


def test_what_is_held_back_is_made_and_not_started() -> None:
    assert compose._apart(["api", "clerk"], ["clerk"]) == [("-d", ["api"]), ("--no-start", ["clerk"])]
    assert compose._apart(["clerk"], ["clerk"]) == [("--no-start", ["clerk"])]
    assert compose._apart(["api"], []) == [("-d", ["api"])]


@pytest.mark.parametrize(
    ("made", "now", "fields"),
    [
        ({"restart": "always"}, {"restart": "always"}, None),
        ({"restart": "always"}, {"restart": "no"}, {"restart": ["no", "always"]}),
        ({"mem_limit": "1024"}, {}, {"mem_limit": [None, "1024"]}),
        ({}, {"cpus": "5"}, {"cpus": ["5", None]}),
        # a record of an earlier version does not say how it was made
        (None, {"restart": "no"}, None),
    ],
)
def test_a_container_that_was_altered_while_it_ran(made: dict[str, str] | None, now: dict[str, str], fields: dict[str, Any] | None) -> None:
    last = {**APPLIED, **({} if made is None else {"limits": made})}
    changes = compose.plan(project(), {"web": [container(limits=now)]}, {"web:1": ONE}, {"web": last})
    assert [change.fields for change in changes] == ([] if fields is None else [fields])
    assert all((change.action, change.origin) == ("update", "corrective") for change in changes)


def inspected(**config: Any) -> dict[str, Any]:
    """As the engine would show it."""
    return {"Id": "c" * 64, "Image": ONE, "State": {"Status": "running"}, "Config": {"Labels": {}, **config}}


def test_a_container_with_our_labels_that_was_made_otherwise() -> None:
    last = compose.record(project(digest=APPLIED["digest"]), {"web": [container(inspected=inspected(Cmd=["serve"]))]}, KEY)
    live = {"web": [container(inspected=inspected(Cmd=["mine"], Env=["PASSWORD=hunter22"]))]}
    [change] = compose.plan(project(digest=APPLIED["digest"]), live, {"web:1": ONE}, last, KEY)
    assert (change.action, change.origin, change.fields["command"]) == ("update", "corrective", [["mine"], ["serve"]])
    assert "hunter22" not in str(change)
    assert compose.altered([change]) == ["web"]


def test_a_record_of_an_earlier_version_does_not_say_what_a_container_was_made_with() -> None:
    live = {"web": [container(inspected=inspected(Cmd=["mine"]))]}
    assert compose.plan(project(digest=APPLIED["digest"]), live, {"web:1": ONE}, {"web": APPLIED}, KEY) == []


def test_what_only_git_changed_compose_sees_for_itself() -> None:
    changes = compose.plan(project(digest="new"), {"web": [container()]}, {"web:1": ONE}, {"web": APPLIED})
    assert [change.action for change in changes] == ["update"]
    assert compose.altered(changes) == []
