# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose container it is that is told of, where several have a service of that name."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._evidence import main
from ansible_collections.echodiary.infra.plugins.module_utils._host import docker, http

LABEL = "com.docker.compose"


class Engine:
    """Docker's API with the containers of a host: name -> project, when started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, containers: dict[str, tuple[str, str]]) -> None:
        self.containers = containers
        monkeypatch.setattr(docker, "running", lambda: True)
        monkeypatch.setattr(docker, "get", self.get)
        monkeypatch.setattr(main, "_logins", lambda _: "")

    def get(self, target: str) -> http.Answer:
        name = target.split("/")[2].partition("?")[0]
        if name != "json":
            return http.Answer(200, json.dumps(self.inspect(name)))
        wanted = json.loads(unquote(target.partition("filters=")[2]))["label"]
        found = [{"Id": one, "Labels": self.labels(one)} for one in self.containers]
        return http.Answer(200, json.dumps([one for one in found if all(self.has(one["Labels"], label) for label in wanted)]))

    def labels(self, name: str) -> dict[str, str]:
        return {f"{LABEL}.project": self.containers[name][0], f"{LABEL}.service": "api"}

    def has(self, labels: dict[str, str], label: str) -> bool:
        key, _, value = label.partition("=")
        return labels[key] == value

    def inspect(self, name: str) -> dict[str, Any]:
        started = self.containers[name][1]
        state = {"Running": True, "StartedAt": started, "FinishedAt": "0001-01-01T00:00:00Z", "ExitCode": 0}
        return {"Created": started, "Image": f"sha256:{name}", "State": state}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine lists what rests first: it is the newer one after a rollback."""
    resting, serving, other = "2026-01-01T00:00:02Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:03Z"
    return Engine(monkeypatch, {"one": ("web-green", resting), "two": ("web-blue", serving), "three": ("other", other)})


def told(*asked: tuple[str, str, str]) -> dict[str, Any]:
    return main.run({"asked": asked})


@pytest.mark.parametrize("resource", ["service:api", "process:api"])
def test_after_a_rollback_it_is_the_slot_that_serves(engine: Engine, resource: str) -> None:
    found = told(("web", "web-blue", resource))["components"]["web"][resource]
    assert (found["image"], found["started"]) == ("sha256:two", "2026-01-01T00:00:01Z")


def test_services_of_one_name_in_two_projects_do_not_collide(engine: Engine) -> None:
    found = told(("web", "web-blue", "service:api"), ("other", "other", "service:api"))["components"]
    assert {name: of_one["service:api"]["image"] for name, of_one in found.items()} == {"web": "sha256:two", "other": "sha256:three"}


def test_what_rests_is_told_where_it_was_changed(engine: Engine) -> None:
    assert told(("web", "web-green", "slot:green"))["evidence"]["slot:green"]["image"] == "sha256:one"


def test_without_a_project_nothing_is_guessed(engine: Engine) -> None:
    found = told(("", "", "service:api"))["evidence"]["service:api"]
    assert found == {"container": "one in each of other, web-blue, web-green"}
    engine.containers = {"two": engine.containers["two"]}
    assert told(("", "", "service:api"))["evidence"]["service:api"]["image"] == "sha256:two"


def test_what_is_gone(engine: Engine) -> None:
    assert told(("web", "web-red", "service:api"))["evidence"]["service:api"] == {"container": "gone"}


def test_a_container_that_is_not_ours_is_told_by_its_name(engine: Engine) -> None:
    assert told(("web", "web-blue", "container:three"))["evidence"]["container:three"]["image"] == "sha256:three"
