# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a release as a component beside its slots, and as one with it to those who ask."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import jobs
from ansible_collections.echodiary.infra.tests.unit.plugins.module_utils._converge.builders import file, spec

PARTS = {"timers": {"x-night": {}}, "files": {"/etc/x": file("y")}, "units": {"x-night.timer": {"consumes": []}}, "validate": []}


def rolled(**release: Any) -> Any:
    return {**spec(), "name": "x", "release": release}


def test_it_says_which_slot_serves_and_brings_nothing_else_of_the_component() -> None:
    found = jobs.bound(rolled(jobs=PARTS), "green")
    assert (found["name"], found["compose"], found["units"]) == ("x@jobs", None, PARTS["units"])
    assert found["files"]["/var/lib/echodiary/slots/x.env"]["content"] == "SLOT=green\n"
    assert jobs.bound(rolled(), "green")["files"] == {}, "without jobs there is nothing to say"


@pytest.mark.parametrize(
    ("release", "of_jobs", "expected"),
    [
        (("ok", "Synced", "Healthy"), ("ok", "Synced", "Healthy"), ("ok", "Synced", "Healthy")),
        (("changed", "Synced", "Healthy"), ("ok", "Synced", "Healthy"), ("changed", "Synced", "Healthy")),
        (("ok", "Synced", "Healthy"), ("changed", "Synced", "Healthy"), ("changed", "Synced", "Healthy")),
        (("ok", "Unknown", "Healthy"), ("ok", "OutOfSync", "Degraded"), ("ok", "OutOfSync", "Degraded")),
        (("changed", "Synced", "Healthy"), ("taken_back", "OutOfSync", "Healthy"), ("taken_back", "OutOfSync", "Healthy")),
        (("failed", "OutOfSync", "Unknown"), ("ok", "Synced", "Healthy"), ("failed", "OutOfSync", "Unknown")),
    ],
)
def test_one_component_to_those_who_ask(release: tuple[str, ...], of_jobs: tuple[str, ...], expected: tuple[str, ...]) -> None:
    def outcome(told: tuple[str, ...], msg: str) -> Any:
        return {"status": told[0], "sync": told[1], "health": told[2], "msg": msg, "notes": [msg]}

    found = jobs.joined(outcome(release, ""), outcome(of_jobs, "why"))
    assert (found["status"], found["sync"], found["health"], found["msg"], found["notes"]) == (*expected, "why", ["", "why"])
