# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._common.errors import SpecError
from ansible_collections.echodiary.infra.plugins.plugin_utils._component import manifest

COMPOSE = "services: {web: {image: 'web:1', volumes: ['/etc/x:/etc/x:ro']}}\n"
TREE = {"/etc/x/a": "a", "/etc/x/secret": "s", "/opt/compose.yaml": COMPOSE}


def build(tree: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return manifest.build("demo", spec, TREE if tree is None else tree)


def refusal(tree: dict[str, Any] | None = None, **spec: Any) -> str:
    with pytest.raises(SpecError) as caught:
        build(tree, **spec)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"unknown": 1}, ["component.yml", "unknown"]),
        ({"packages": {"a": 1}}, ["packages", "list"]),
        ({"units": {"haproxy": {}}}, ["'haproxy'", "haproxy.service"]),
        ({"units": {"a.service": {"state": "restarted"}}}, ["a.service", "state", "started"]),
        ({"units": {"a.service": {"enable": True}}}, ["a.service", "enable"]),
        ({"units": {"a.service": 1}}, ["a.service", "mapping"]),
        ({"users": [{"shell": "/bin/sh"}]}, ["name"]),
        ({"files": {"/etc/y/**": {}}}, ["/etc/y/**", "matches nothing"]),
        ({"files": {"/etc/x/a": {"mod": "0644"}}}, ["/etc/x/a", "mod"]),
        ({"files": {"/etc/x/a": {"mode": "rw"}}}, ["/etc/x/a", "rw", "0644"]),
        ({"files": {"/etc/x/a": {"mode": 416}}}, ["/etc/x/a", "416", "0644"]),
        ({"files": {"/etc/x/a": {"mode": "0888"}}}, ["/etc/x/a", "0888"]),
        ({"directories": {"/etc/d": {"mode": "u=rwx"}}}, ["/etc/d", "u=rwx"]),
        ({"files": {"/etc/x/secret": {"sensitive": True, "mode": "0644"}}}, ["/etc/x/secret", "0644", "0600"]),
        ({"directories": {"relative": {}}}, ["'relative'", "absolute"]),
        ({"directories": {"/etc/../root": {}}}, ["/etc/../root", ".."]),
        ({"directories": {"//etc": {}}}, ["//etc"]),
        ({"links": {"/etc/x/": "/y"}}, ["/etc/x/"]),
        ({"owned": {"/": {"prune": True}}}, ["'/'"]),
        ({"links": {"/etc/x/a": "/y"}}, ["/etc/x/a", "twice"]),
        ({"directories": {"/etc/x/a": {}}}, ["/etc/x/a", "twice"]),
        ({"compose": "/opt/other.yaml"}, ["/opt/other.yaml", "not in the tree"]),
        ({"reload": [{"paths": ["/etc/x/**"], "service": "web"}], "compose": "/opt/compose.yaml"}, ["reload", "url"]),
        ({"reload": [{"paths": ["/etc/x/**"], "service": "api", "url": "http://x"}], "compose": "/opt/compose.yaml"}, ["'api'"]),
        ({"reload": [{"paths": ["/etc/x/**"], "unit": "b.service"}]}, ["'b.service'"]),
        ({"reload": [{"paths": ["/etc/x/**"]}]}, ["service", "unit"]),
        ({"health": [{"status": 200}]}, ["url"]),
        ({"health": [{"url": "http://x", "status": "fine"}]}, ["status"]),
        ({"validate": [{"image": "x"}]}, ["command"]),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_that_names_it(spec: dict[str, Any], words: list[str]) -> None:
    said = refusal(**spec)
    assert said.startswith("demo: ")
    assert all(word in said for word in words)


@pytest.mark.parametrize("path", ["/etc/../etc/passwd", "/etc/./x", "etc/x"])
def test_a_tree_cannot_reach_outside_itself(path: str) -> None:
    assert path in refusal({path: "x"})


@pytest.mark.parametrize("entry", [{"file": "x", "hours": 1}, {"file": "/x"}, {"file": "/x", "hours": 0}, "/x"])
def test_an_age_is_of_a_file(entry: Any) -> None:
    with pytest.raises(SpecError, match="ages backup"):
        manifest.build("demo", {"ages": {"backup": entry}}, {})
    assert manifest.build("demo", {"ages": {"backup": {"file": "/x", "hours": 26}}}, {})["ages"] == {
        "backup": {"file": "/x", "hours": 26.0}
    }
    assert "ages" not in manifest.build("demo", {}, {})


def test_nothing_declared_is_a_component_too() -> None:
    built = manifest.build("demo", {}, {})
    assert built["files"] == {}
    assert built["compose"] is None


def test_policies_by_pattern_later_ones_win_field_by_field() -> None:
    built = build(files={"/etc/x/**": {"group": "adm", "mode": "0640"}, "/etc/x/a": {"mode": "0600"}})["files"]
    assert {field: built["/etc/x/a"][field] for field in ("owner", "group", "mode")} == {
        "owner": "root", "group": "adm", "mode": "0600"}  # fmt: skip
    assert built["/etc/x/secret"]["mode"] == "0640"
    assert built["/opt/compose.yaml"]["mode"] == "0644"


def test_sensitive_files_are_private_unless_said_otherwise() -> None:
    assert build(files={"/etc/x/secret": {"sensitive": True}})["files"]["/etc/x/secret"]["mode"] == "0600"
    told = build(files={"/etc/x/secret": {"sensitive": True, "mode": "0640"}})["files"]["/etc/x/secret"]
    assert told["mode"] == "0640"


def test_empty_secrets_are_none_and_would_mask_everything() -> None:
    assert build(secrets=["", "hunter22"])["secrets"] == ["hunter22"]


def test_a_project_is_named_after_its_component() -> None:
    assert manifest.build("a_b", {"compose": "/opt/compose.yaml"}, TREE)["compose"]["name"] == "a-b"
    assert build(compose="/opt/compose.yaml", compose_project="other")["compose"]["name"] == "other"


# -- claims ------------------------------------------------------------------------------------------------------------


def two(first: dict[str, Any], second: dict[str, Any], tree: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [manifest.build("one", first, tree or {}), manifest.build("two", second, tree or {})]


@pytest.mark.parametrize(
    ("first", "second", "claim"),
    [
        ({"links": {"/etc/l": "/a"}}, {"links": {"/etc/l": "/b"}}, "/etc/l"),
        ({"units": {"a.service": {}}}, {"units": {"a.service": {}}}, "a.service"),
        ({"links": {"/etc/l": "/a"}}, {"directories": {"/etc/l": {}}}, "/etc/l"),
        ({"directories": {"/etc/d": {"mode": "0755"}}}, {"directories": {"/etc/d": {"mode": "0700"}}}, "/etc/d"),
    ],
)
def test_two_components_cannot_claim_the_same(first: dict[str, Any], second: dict[str, Any], claim: str) -> None:
    with pytest.raises(SpecError) as caught:
        manifest.check_claims(two(first, second))
    assert all(word in str(caught.value) for word in (claim, "one", "two"))
    assert "\n" not in str(caught.value)


def test_two_components_with_one_file() -> None:
    with pytest.raises(SpecError, match="/etc/x/a is claimed by two components, one and two"):
        manifest.check_claims(two({}, {}, TREE))


def test_a_directory_may_be_shared_by_those_who_agree_on_it() -> None:
    manifest.check_claims(two({"directories": {"/etc/d": {}}}, {"directories": {"/etc/d": {}}}))


@pytest.mark.parametrize(
    ("first", "second", "claim"),
    [
        ({"sysctl": {"vm.swappiness": 1}}, {"sysctl": {"vm.swappiness": 60}}, "sysctl vm.swappiness"),
        ({"users": [{"name": "web", "shell": "/bin/sh"}]}, {"users": [{"name": "web", "shell": "/bin/bash"}]}, "user web"),
    ],
)
def test_what_the_host_has_once_is_shared_only_in_agreement(first: dict[str, Any], second: dict[str, Any], claim: str) -> None:
    manifest.check_claims(two(first, first))
    with pytest.raises(SpecError, match=claim):
        manifest.check_claims(two(first, second))


def test_listed_twice() -> None:
    one = manifest.build("one", {}, {})
    with pytest.raises(SpecError, match="one is listed twice"):
        manifest.check_claims([one, one])
