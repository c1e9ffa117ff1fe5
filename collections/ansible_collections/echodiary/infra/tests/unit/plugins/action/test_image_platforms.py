# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry says of an image is tried in tests/integration/test_platforms.py."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.action import image_platforms
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

IMAGE = "prom/blackbox-exporter@sha256:" + "ab" * 32
INVENTORY: dict[str, Any] = {
    "groups": {"all": ["app1"]}, "hostvars": {"app1": {"components": []}}, "blackbox_exporter_image": IMAGE, "ansible_check_mode": False,
}  # fmt: skip


def test_the_images_of_components_are_asked_for_and_a_refusal_fails() -> None:
    rig = Rig(image_platforms, {"refused": ["image x is built for linux/amd64"], "unknown": []}, **INVENTORY)
    found = rig.run(components=["echodiary.infra.blackbox_exporter"])
    assert rig.packages == ["_platforms"] and rig.manifest == {"images": [IMAGE]}
    assert found["failed"] and found["msg"] == "image x is built for linux/amd64"


def test_what_cannot_be_rendered_and_who_does_not_say_is_noted() -> None:
    rig = Rig(image_platforms, {"refused": [], "unknown": ["image y: no answer"]}, **{**INVENTORY, "blackbox_exporter_image": ""})
    found = rig.run(components=["echodiary.infra.blackbox_exporter", "echodiary.infra.echodiary", "echodiary.infra.nobody"])
    assert not found["failed"] and rig.manifest == {"images": []}
    assert [note for note in found["notes"] if "echodiary.infra.echodiary" in note] == [] and found["notes"][-1] == "image y: no answer"
    assert any("nobody" in note for note in found["notes"])
