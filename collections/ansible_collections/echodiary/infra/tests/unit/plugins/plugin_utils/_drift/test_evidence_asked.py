# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources of a check are asked about, and in whose Compose project."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import evidence_asked as evidence


def component(name: str, project: str, *changes: tuple[str, str], slot: str = "") -> dict[str, Any]:
    release = {"release": {"slot": slot}} if slot else {}
    return {"name": name, "project": project, "changes": [{"resource": key, "origin": origin} for key, origin in changes], **release}


def test_what_git_moved_is_not_asked_about() -> None:
    found = component("a", "a", ("file:/x", "pending"), ("file:/y", "corrective"), ("file:/z", "conflict"))
    assert evidence.asked([found], []) == [("a", "a", "file:/y"), ("a", "a", "file:/z")]


def test_services_of_one_name_are_those_of_their_projects() -> None:
    both = [component("a", "a", ("service:api", "corrective")), component("b", "b-x", ("service:api", "corrective"))]
    assert evidence.asked(both, []) == [("a", "a", "service:api"), ("b", "b-x", "service:api")]


def test_a_slot_is_the_one_that_is_named() -> None:
    found = component("web", "web-green", ("process:api", "corrective"), ("slot:blue", "corrective"), slot="green")
    assert evidence.asked([found], []) == [("web", "web-green", "process:api"), ("web", "web-blue", "slot:blue")]


def test_names_alone() -> None:
    assert evidence.asked([{"name": "broken"}], ["service:api"]) == [("", "", "service:api")]
