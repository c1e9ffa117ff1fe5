# SPDX-License-Identifier: GPL-3.0-or-later
"""A component in two slots: what is refused before the host is called, and what makes two releases the same."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest

FILE, ENV = "/opt/x/{slot}/compose.yaml", "/opt/x/{slot}/x.env"
COMPOSE = "services: {api: {image: 'x:1', env_file: x.env, ports: ['127.0.0.1:${PORT}:80'], environment: {A: b}}}\n"
TREE = {FILE: COMPOSE, ENV: "URL=postgresql://u:p=1@h/d\nEMPTY=\n# NOTE=x\n"}
RELEASE: dict[str, Any] = {"service": "api", "slots": {"blue": 8001, "green": 8002}, "haproxy": {}}
PROBE = {"url": "http://127.0.0.1:{port}/ready"}


def build(tree: dict[str, Any] | None = None, health: list[Any] | None = None, compose: str = FILE, **release: Any) -> dict[str, Any]:
    spec = {"compose": compose, "release": {**RELEASE, **release}, "health": [PROBE] if health is None else health}
    return manifest.build("x", spec, TREE if tree is None else tree)


def test_what_the_host_is_told() -> None:
    assert build()["release"] == {
        "service": "api",
        "slots": {"blue": 8001, "green": 8002},
        "haproxy": {"backend": "x", "socket": "/run/haproxy/admin.sock", "save": "/usr/local/lib/echodiary/haproxy-save-state"},
        "hosts": [],
        "path": "",
        "warm_up": [],
        "drain": 30.0,
        "interval": 1.0,
        "passes": 3,
        "keep": 5,
        "min_free": 1.0,
        "environment": [],
        "migrate": None,
        "image": "x:1",
        "config": build()["release"]["config"],
        "state": "present",
        "expect": "",
        "migrated": False,
        "permitted": False,
    }


def test_a_component_without_slots_has_no_release() -> None:
    assert manifest.build("x", {}, {})["release"] is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"service": "web"}, ["service 'web'", "Compose file"]),
        ({"slots": {"blue": 8001}}, ["two slots", "not 1"]),
        ({"slots": {"a": 1, "b": 2, "c": 3}}, ["two slots", "not 3"]),
        ({"slots": {"blue": 8001, "green": 8001}}, ["slots", "8001", "port of its own"]),
        ({"slots": {"blue": "http", "green": 8002}}, ["slots", "'http'", "port"]),
        ({"slots": {"blue": 0, "green": 8002}}, ["slots", "0", "port"]),
        ({"slots": {"blue": 8001, "green": True}}, ["slots", "True", "port"]),
        ({"slots": {"../blue": 8001, "green": 8002}}, ["'../blue'", "letters"]),
        ({"migrate": {}}, ["migrate", "env_file", "command"]),
        ({"migrate": {"command": ["up"], "allow": [{"rule": "x"}]}}, ["allow", "Alembic"]),
        ({"migrate": {"command": ["up"], "timeout": 0}}, ["timeout", "more than 0"]),
        ({"passes": 0}, ["passes", "1 or more"]),
        ({"interval": 0}, ["interval", "more than 0"]),
        ({"keep": 1}, ["keep", "2 or more"]),
        ({"drain": -1}, ["drain", "0 or more"]),
        ({"health": []}, ["health probe", "{port}"]),
        ({"health": [{"url": "http://127.0.0.1:8001/ready"}]}, ["health probe", "{port}"]),
        ({"environment": ["URL", "EMPTY"]}, ["environment EMPTY is empty or missing"]),
        ({"environment": ["NOTE", "NONE"]}, ["environment NOTE, NONE is empty or missing"]),
        ({"haproxy": {"backend": "x", "port": 1}}, ["port"]),
        ({"migrate": {"volumes": []}}, ["env_file"]),
        ({"unknown": 1}, ["release", "unknown"]),
        ({"compose": "/opt/x/compose.yaml", "tree": {"/opt/x/compose.yaml": COMPOSE}}, ["{slot}", "directory"]),
        ({"tree": {**TREE, "/opt/x/{slot}/.env": "PORT=1\n"}}, ["/opt/x/{slot}/.env", "SLOT and PORT"]),
    ],
)
def test_refusals_are_one_line_that_says_what(given: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        build(**given)
    said = str(caught.value)
    assert said.startswith("x: ")
    assert "\n" not in said
    assert [word for word in words if word not in said] == []


def test_a_release_without_a_compose_file() -> None:
    with pytest.raises(SpecError, match="x: release names service 'api', which the Compose file does not have"):
        manifest.build("x", {"release": RELEASE, "health": [PROBE]}, {})


def test_ports_may_be_written_as_text() -> None:
    assert build(slots={"blue": "8001", "green": "8002"})["release"]["slots"] == {"blue": 8001, "green": 8002}


def test_what_is_set_counts_as_set() -> None:
    assert build(environment=["URL"])["release"]["environment"] == ["URL"]


# -- the fingerprint ---------------------------------------------------------------------------------------------------


def config(**files: str) -> str:
    return str(build({**TREE, **files})["release"]["config"])


def test_the_same_release_has_the_same_fingerprint() -> None:
    assert config() == config()
    assert len(config()) == 12


def test_another_image_alone_is_not_another_configuration() -> None:
    assert config() == config(**{FILE: COMPOSE.replace("x:1", "x:2")})


@pytest.mark.parametrize(
    "files",
    [
        {ENV: "URL=postgresql://u:p=2@h/d\n"},
        {FILE: COMPOSE.replace("A: b", "A: c")},
        {"/opt/x/{slot}/more": "x"},
    ],
)
def test_everything_else_in_the_slot_is(files: dict[str, str]) -> None:
    assert config() != config(**files)


def test_what_lies_outside_the_slot_is_not_part_of_a_release() -> None:
    assert config() == config(**{"/etc/x/shared": "x"})
