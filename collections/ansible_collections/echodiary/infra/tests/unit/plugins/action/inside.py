# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a release: the runs of a call, without what goes along to run them."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

PLACE: dict[str, Any] = {"image": "app:1", "env_file": "/etc/app.env"}


def answered(*found: dict[str, Any]) -> dict[str, Any]:
    return {"failed": False, "answers": list(found)}


def request(rig: Rig, call: int = 0) -> dict[str, Any]:
    """Of the only run of a call."""
    assert set(rig.packages) == {"_alembic"}
    sent = rig.sent[call]
    assert "_inside.main" in sent["sources"]
    (run,) = sent["runs"]
    assert (run["place"]["image"], run["place"]["env_file"]) == ("app:1", "/etc/app.env")
    found: dict[str, Any] = run["request"]
    return found
