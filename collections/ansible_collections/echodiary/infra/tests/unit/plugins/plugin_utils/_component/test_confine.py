# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import confine, manifest
from hypothesis import given
from hypothesis import strategies as st

FILE = "/opt/demo/compose.yaml"
ALL: Any = {"pids": 512, "memory": "256m", "capabilities": [], "read_only": True, "tmpfs": ["/tmp"]}
GIVEN = {
    "pids_limit": 512, "mem_limit": "256m", "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "read_only": True,
    "tmpfs": ["/tmp"],
}  # fmt: skip


def services(text: str, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(confine.applied(text, {**ALL, **wanted}))["services"]
    return found


def build(spec: dict[str, Any], text: str = "services: {web: {image: w}}") -> Any:
    return manifest.build("demo", {"compose": FILE, **spec}, {FILE: text})


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web:\n    image: w\n    ports: ['1:2']\n",
        "services:\n    web:\n        # first\n        image: w # said\n",
        "services: {web: {image: w, ports: ['1:2']}}",
        "services:\n  web: {image: w}\n",
        "x: &x\n  image: w\nservices:\n  web:\n    <<: *x\n",
        "x: &x {image: w}\nservices:\n  web: {<<: *x}\n",
        "services:\n  web: &web\n    image: w\n",
        "services:\n  '$ü漢😀':\n    image: w\n  web:\n    image: w\n",
    ],
)
def test_a_service_gets_what_it_does_not_say(text: str) -> None:
    before = yaml.safe_load(text)["services"]["web"]
    assert services(text)["web"] == {**GIVEN, **before}


def test_the_rest_of_the_text_stays_as_it_is() -> None:
    text = (
        "# head\nservices:\n  a:\n    image: a  # why\n    ports:\n      - 22:22\n  b: {image: b, profiles: [jobs]}\nvolumes: {data: {}}\n"
    )
    left = confine.applied(text, ALL)
    for line in ("# head", "image: a  # why", "      - 22:22", "profiles: [jobs]}", "volumes: {data: {}}"):
        assert line in left
    assert set(services(text)) == {"a", "b"}
    assert services(text)["b"]["pids_limit"] == 512, "jobs and workers, too"


def test_one_that_two_services_are_gets_it_once() -> None:
    text = "services:\n  a: &a\n    image: w\n  b: *a\n"
    assert confine.applied(text, ALL).count("pids_limit") == 1
    assert services(text)["b"]["pids_limit"] == 512


@pytest.mark.parametrize(
    ("own", "key", "left"),
    [
        ("pids_limit: 7", "pids_limit", 7),
        ("mem_limit: 1g", "mem_limit", "1g"),
        ("cap_drop: [NET_RAW]", "cap_drop", ["NET_RAW"]),
        ("security_opt: [x]", "security_opt", ["x"]),
        ("read_only: false", "read_only", False),
        ("read_only: false", "tmpfs", None),
        ("tmpfs: [/run]", "tmpfs", ["/run"]),
        ("deploy: {resources: {limits: {memory: 1g}}}", "mem_limit", None),
        ("deploy: {resources: {limits: {pids: 9}}}", "pids_limit", None),
        ("cap_add: [CHOWN]", "cap_add", ["CHOWN"]),
    ],
)
def test_its_own_word_counts(own: str, key: str, left: Any) -> None:
    assert services(f"services:\n  web:\n    image: w\n    {own}\n")["web"].get(key) == left


def test_what_is_not_wanted_is_not_given() -> None:
    found = services("services: {web: {image: w}}", pids=0, memory="", read_only=False, capabilities=["NET_BIND_SERVICE"])["web"]
    assert found == {"image": "w", "cap_drop": ["ALL"], "cap_add": ["NET_BIND_SERVICE"], "security_opt": GIVEN["security_opt"]}


@given(st.text())
def test_what_is_no_compose_file_is_left_to_who_reads_it(text: str) -> None:
    assert confine.applied(text, ALL) == text


@pytest.mark.parametrize("text", ["", "services:", "services: []", "services: {web: }", "services: {web: 1}", "services: {}", "[", "- a"])
def test_half_a_compose_file_as_well(text: str) -> None:
    assert confine.applied(text, ALL) == text


def test_a_component_says_it_of_all_its_containers() -> None:
    built = build({"confine": {"memory": "64m"}})
    assert yaml.safe_load(built["files"][FILE]["content"])["services"]["web"] == {**GIVEN, "mem_limit": "64m", "image": "w"}
    assert built["compose"]["services"]["web"]["digest"] != build({})["compose"]["services"]["web"]["digest"], "it is rolled"
    assert "confine" not in built, "hosts know the Compose file alone"


def test_who_does_not_say_it_keeps_the_file_as_it_was() -> None:
    assert build({})["files"][FILE]["content"] == "services: {web: {image: w}}"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"pids": -1}, "pids -1"),
        ({"memory": "much"}, "memory 'much' is no size"),
        ({"memory": "256m\nprivileged: true"}, "no size"),
        ({"capabilities": ["net-admin"]}, "capabilities 'net-admin'"),
        ({"tmpfs": ["tmp"]}, "tmpfs 'tmp'"),
        ({"cpus": 1}, "confine.cpus"),
    ],
)
def test_what_cannot_be_is_refused(wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(SpecError) as caught:
        build({"confine": wanted})
    assert str(caught.value).startswith("demo: ")
    assert words in str(caught.value)


def test_without_containers_there_is_nothing_to_confine() -> None:
    with pytest.raises(SpecError, match="no Compose file is declared"):
        manifest.build("demo", {"confine": {}}, {})


def test_a_file_that_is_no_compose_file_is_told_as_ever() -> None:
    with pytest.raises(SpecError, match="is no YAML"):
        build({"confine": {}}, "{")
