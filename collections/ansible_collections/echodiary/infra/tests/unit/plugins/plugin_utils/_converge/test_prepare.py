# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deploy is told of a release before it touches anything."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import prepare

SPEC: Any = {
    "health": [
        {"url": "http://127.0.0.1:{port}/up", "status": 204, "json": {"well": True}, "timeout": 2.0},
        {"url": "http://127.0.0.1:9/"},
    ],
    "release": {"slots": {"blue": 8001, "green": 8002}},
}


def test_the_components_own_health_is_asked_of_the_slot_that_serves() -> None:
    first, second = prepare.probes(SPEC, "green")
    assert (first["url"], first["status"], first["json"], first["timeout"]) == ("http://127.0.0.1:8002/up", [204], {"well": True}, 2.0)
    assert (second["url"], second["status"]) == ("http://127.0.0.1:9/", [200])


def test_where_nothing_serves_nobody_is_asked() -> None:
    assert prepare.probes(SPEC, "") == []
