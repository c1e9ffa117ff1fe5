# SPDX-License-Identifier: GPL-3.0-or-later
"""What converge brings belongs into the history when another release serves afterwards, and only then."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._history import from_converge as record

SWITCH = {"resource": "traffic:echodiary", "action": "switch"}
CREATE = {"resource": "service:api", "action": "create"}
UPDATE = {"resource": "file:/opt/echodiary/echodiary/blue/compose.yaml", "action": "update"}
OLD = {"image": "registry/app@sha256:1", "config": "a"}


def component(*changes: dict[str, str], previous: dict[str, str] | None = OLD, **more: Any) -> dict[str, Any]:
    release = {"slot": "green", "image": "registry/app@sha256:2", "config": "b", "previous": previous}
    return {
        "name": "echodiary",
        "status": "changed",
        "changes": list(changes),
        "seconds": {"read": 0.1, "drain": 2.04},
        "release": release,
        **more,
    }


def test_a_roll_is_recorded_with_what_serves_now() -> None:
    (entry,) = record.entries([component(UPDATE, SWITCH)])
    assert (entry["kind"], entry["outcome"]) == ("converge", "succeeded")
    assert entry["component"]
    assert (entry["digest"], entry["config"]) == ("registry/app@sha256:2", "b")
    assert entry["seconds"] == {"total": 2.1}


def test_the_first_release_is_recorded() -> None:
    assert len(record.entries([component(CREATE, previous=None)])) == 1


@pytest.mark.parametrize(
    "found",
    [
        component(CREATE),
        component(UPDATE),
        component(SWITCH, status="taken_back"),
        component(SWITCH, status="ok"),
        {"name": "prometheus", "status": "changed", "changes": [CREATE], "seconds": {}},
    ],
    ids=["a container put back", "a file put right", "taken back", "nothing done", "no release"],
)
def test_nothing_else_is(found: dict[str, Any]) -> None:
    assert record.entries([found]) == []
