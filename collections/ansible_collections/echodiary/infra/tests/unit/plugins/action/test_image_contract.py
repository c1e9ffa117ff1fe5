# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import image_contract
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig
from ansible_collections.echodiary.infra.tests.unit.plugins.plugin_utils._contract.test_judge import SEEN, TRIAL

COMPONENT = """---
compose: /opt/shop/{slot}/compose.yaml
release:
  service: web
  slots: {blue: 8011, green: 8012}
  accepts: [logs]
health: [{url: "http://127.0.0.1:{port}/up"}]
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    tree = tmp_path / "roles/shop/tree/opt/shop/{slot}"
    tree.mkdir(parents=True)
    (tree / "compose.yaml").write_text('services: {web: {image: "registry/shop:1", ports: ["127.0.0.1:${PORT}:8000"]}}\n')
    (tmp_path / "roles/shop/component.yml").write_text(COMPONENT)
    (tmp_path / "roles/shop/monitoring.yml").write_text("targets: [{job: shop, through: haproxy, path: /shop/metrics}]\n")
    (tmp_path / "roles/plain/tree").mkdir(parents=True)
    (tmp_path / "roles/plain/component.yml").write_text("---\n{}\n")
    return str(tmp_path)


def rig(place: str, said: Any) -> Rig:
    return Rig(image_contract, said, playbook_dir=place, groups={"all": ["app1"]}, inventory_hostname="app1", hostvars={"app1": {}})


def test_what_the_component_declares_is_asked(place: str) -> None:
    one = rig(place, {**SEEN, "schema": None})
    found = one.run(component="shop")
    assert one.packages == ["_contract"]
    asked = one.manifest["asked"]
    assert (one.manifest["image"], one.manifest["service"], one.manifest["start"], one.manifest["check"]) == (
        "registry/shop:1",
        "web",
        True,
        False,
    )
    assert (asked["check"], asked["metrics"]) == ({"path": "/", "status": 200, "host": "localhost"}, ["/metrics"])
    assert (found["failed"], found["changed"], found["broken"]) == (False, False, [])


def test_what_is_broken_fails_and_what_is_accepted_does_not(place: str) -> None:
    seen = {**SEEN, "trial": {**TRIAL, "written": ["/app/x", "/app/y.log"]}}
    found = rig(place, seen).run(component="shop")
    assert (found["failed"], found["broken"]) == (True, ["writes"])
    assert any(note.startswith("accepted: logs") for note in found["notes"])


@pytest.mark.parametrize("given", [{"start": False}, {"check": True}])
def test_what_was_not_to_be_started_is_not_tried(place: str, given: dict[str, Any]) -> None:
    found = rig(place, {**SEEN, "trial": None, "schema": None}).run(component="shop", **given)
    assert {one["point"] for one in found["points"] if one["verdict"] == "kept"} == {"image", "architecture", "user", "secrets", "beside"}


def test_a_component_without_a_release_is_refused_and_nothing_is_sent(place: str) -> None:
    one = rig(place, {})
    found = one.run(component="plain")
    assert (found["failed"], one.sent) == (True, [])
    assert "no release" in found["msg"]


@pytest.mark.parametrize("said", ["", {"failed": True, "msg": "no answer: Docker does not run on this host"}])
def test_a_host_that_cannot_try_it_may_be_borne(place: str, said: Any) -> None:
    found = rig(place, said).run(component="shop")
    assert (found["failed"], found["changed"]) == (True, False)
    assert "no answer" in found["msg"]
