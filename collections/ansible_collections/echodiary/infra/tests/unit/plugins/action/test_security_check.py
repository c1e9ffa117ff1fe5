# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.echodiary.infra.plugins.action import security_check
from ansible_collections.echodiary.infra.plugins.modules import security_check as documented
from ansible_collections.echodiary.infra.plugins.plugin_utils._security import declared, looking
from ansible_collections.echodiary.infra.plugins.plugin_utils._security.context import Context
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

HOSTS: dict[str, dict[str, Any]] = {
    "app1": {"components": ["node_exporter", "haproxy"], "ansible_host": "10.0.0.11"},
    "mon1": {"components": ["node_exporter"], "ansible_host": "10.0.0.5"},
}
FLEET: dict[str, Any] = {"hostvars": HOSTS, "groups": {"all": ["app1", "mon1"], "monitoring": ["mon1"]}, "playbook_dir": "."}


def rig(host: str, *answers: Any) -> Rig:
    return Rig(security_check, *answers, **{**FLEET, **HOSTS[host], "inventory_hostname": host})


def outcomes(host: str, *answers: Any, **args: Any) -> dict[str, tuple[str, list[str]]]:
    """Check to why it was not made, and what it found."""
    found = rig(host, *answers).run(**args)["outcomes"]
    return {one["check"]: (one["why"], [each["id"] for each in one["findings"]]) for one in found}


def test_a_host_without_an_edge_is_not_asked_for_one() -> None:
    assert outcomes("mon1", checks=["tls", "headers", "internal", "contract"]) == {}


def test_an_edge_without_tls_is_found_and_needs_no_program_for_that() -> None:
    assert outcomes("app1", checks=["tls"], testssl="no-such-program") == {"tls": ("", ["tls:none"])}


def test_where_somebody_else_ends_tls_that_is_asked_and_a_program_that_is_missing_is_said() -> None:
    ((check, (why, found)),) = outcomes("app1", checks=["tls"], url="https://diary.example", testssl="no-such-program").items()
    assert (check, found) == ("tls", [])
    assert why == "no-such-program: not installed on the controller; sudo apt-get install testssl.sh"


def test_what_a_host_says_is_judged() -> None:
    images = {"images": [{"container": "api", "reference": "shop:1", "created": "2001-01-01T00:00:00Z"}], "images_why": ""}
    assert outcomes("app1", images, checks=["images"]) == {"images": ("", ["images:api"])}
    line = "Inst openssl [3.5.1-1] (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64])"
    assert outcomes("app1", {"updates": {"text": line, "why": ""}}, checks=["updates"]) == {"updates": ("", ["updates:openssl"])}


def test_one_that_cannot_be_made_does_not_hide_the_others() -> None:
    found = outcomes("app1", "sudo: a password is required", checks=["tls", "host", "updates"])
    assert found["tls"] == ("", ["tls:none"])
    assert "no answer from the host" in found["host"][0] and "no answer from the host" in found["updates"][0]


def test_what_a_host_does_not_have_is_said() -> None:
    missing = {"audit": {"text": "", "why": "lynis: not installed on this host"}}
    assert outcomes("app1", missing, checks=["host"]) == {"host": ("lynis: not installed on this host", [])}


def test_a_program_is_fetched_only_where_that_was_asked_for() -> None:
    for install in (False, True):
        asked = rig("app1", {"audit": {"text": "finish=true", "why": ""}})
        asked.run(checks=["host"], install=install)
        assert asked.manifest["install"] is install


def test_a_repository_is_none_of_a_host_s(tmp_path: Path) -> None:
    assert outcomes("app1", checks=["secrets"]) == {}
    found = outcomes("app1", of="repository", checks=["tls", "secrets"], repository=str(tmp_path))
    assert list(found) == ["secrets"] and "is no checkout of git" in found["secrets"][0]


@pytest.mark.parametrize(("host", "other"), [("app1", "mon1"), ("mon1", "app1")])
def test_each_host_is_asked_by_another(host: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Context] = []
    monkeypatch.setitem(looking.HOSTS, "images", seen.append)
    rig(host).run(checks=["images"])
    assert [one.peer for one in seen] == [other]


def test_what_is_declared_is_what_a_firewall_would_be_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Context] = []
    monkeypatch.setitem(looking.HOSTS, "images", seen.append)
    rig("app1").run(checks=["images"])
    found = {(one.port, one.peers) for one in declared.of(seen[0].hosts)}
    assert found == {
        (22, ("operators",)), (9100, ("monitoring",)), (80, ("edge", "monitoring", "host")), (8404, ("monitoring", "host")),
    }  # fmt: skip


def test_the_documentation_says_the_same_as_the_arguments() -> None:
    told = yaml.safe_load(documented.DOCUMENTATION)["options"]
    assert list(told) == list(security_check.ActionModule.ARGUMENTS)
    assert told["checks"]["choices"] == list(looking.EVERY)
