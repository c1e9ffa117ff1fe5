# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import compose

FILE = "/opt/demo/compose.yaml"
TEXT = """\
services:
  init: {image: "web:1", restart: "no"}
  web:
    image: web:1
    env_file: [web.env, {path: /etc/demo/more.env}]
    volumes:
      - /etc/demo/conf:/conf:ro
      - {type: bind, source: ./single, target: /single}
      - data:/data
  debug: {image: "web:1", profiles: [debug]}
volumes: {data: {}}
"""
TREE = {FILE: TEXT, "/opt/demo/web.env": "A=1", "/etc/demo/more.env": "B=2", "/opt/demo/single": "x", "/etc/demo/conf/a": "y"}


def read(text: str = TEXT, **tree: str) -> dict[str, Any]:
    return compose.read("demo", "demo", FILE, {**TREE, FILE: text, **tree})


def digest(text: str = TEXT, **tree: str) -> str:
    return str(read(text, **tree)["services"]["web"]["digest"])


def test_services_with_their_images_and_kinds() -> None:
    services = read()["services"]
    assert set(services) == {"init", "web"}, "a service of a profile does not run by itself"
    assert services["init"]["oneshot"]
    assert not services["web"]["oneshot"]
    assert services["web"]["image"] == "web:1"


def test_what_a_service_reads_and_what_is_mounted_as_a_single_file() -> None:
    web = read()["services"]["web"]
    assert set(web["consumes"]) == {"/opt/demo/single", "/etc/demo/conf/**"}
    assert web["rebound"] == ["/opt/demo/single"]


def test_the_digest_moves_with_everything_that_recreates_a_container() -> None:
    changed = [
        digest(TEXT.replace("image: web:1\n", "image: web:2\n")),
        digest(**{"/opt/demo/web.env": "A=2"}),
        digest(**{"/etc/demo/more.env": "B=3"}),
        digest(TEXT.replace("data: {}", "data: {external: true}")),
    ]
    assert len({digest(), *changed}) == 5


def test_the_digest_stays_when_only_mounted_contents_or_comments_change() -> None:
    assert digest() == digest(**{"/etc/demo/conf/a": "z"}) == digest("# a comment\n" + TEXT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("services: [", ["no YAML"]),
        ("", ["no services"]),
        ("services: {}", ["no services"]),
        ("services: [a]", ["no services"]),
        ("services: {web: {build: .}}", ["'web'", "image"]),
        ("services: {web: }", ["'web'", "image"]),
        ("- a", ["no services"]),
    ],
)
def test_bad_files_are_one_line(text: str, words: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        read(text)
    assert all(word in str(caught.value) for word in ["demo", FILE, *words])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("declared", ["env_file: web.env", "env_file: [web.env]", "env_file: {path: web.env}", "env_file: [./web.env]"])
def test_every_way_to_name_an_environment_file(declared: str) -> None:
    text = f"services: {{web: {{image: i, {declared}}}}}"
    assert digest(text) != digest(text, **{"/opt/demo/web.env": "A=2"})


@pytest.mark.parametrize(
    ("service", "top", "networks"),
    [
        ("", "", {"default": ""}),
        ("networks: [a, b]", "", {"a": "", "b": ""}),
        ("networks: {a: {aliases: [x]}, b: }", "networks: {a: , b: {name: shared}}", {"a": "", "b": "shared"}),
        ("networks: [a]", "networks: {a: {external: true}}", {"a": "a"}),
        ("networks: [a]", "networks: {a: {external: true, name: x}}", {"a": "x"}),
        ("", "networks: {default: {name: x}}", {"default": "x"}),
        ("network_mode: host", "", None),
        ("network_mode: 'service:other'", "", None),
        ("networks: [a]", "networks: {a: {name: 'x-${SLOT}'}}", None),
    ],
)
def test_the_networks_of_a_service(service: str, top: str, networks: dict[str, str] | None) -> None:
    text = f"services:\n  web:\n    image: x\n    {service}\n{top}\n"
    found = compose.read("x", "x", "/x/compose.yaml", {"/x/compose.yaml": text})
    assert found["services"]["web"]["networks"] == networks


def test_a_name_that_yaml_reads_as_a_boolean_is_one_like_any_other() -> None:
    """Beside others it could not be put in order with them; Compose takes it for text."""
    text = "services:\n  web:\n    image: web:1\n    environment: {ON: a, HOME: b}\n"
    assert digest(text) != digest(text.replace("ON: a", "ON: b"))
    assert digest(text) == digest(text)
