# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as a component: in which words what is seen of it is told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._account import drift, looking, model, told
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.authors import Author
from ansible_collections.echodiary.infra.plugins.plugin_utils._account.model import Change, Resource, Seen

GROUP, HOST, LOGS = Resource("packets", "app"), Resource("instance", "app1"), Resource("log_group", "/app")


def judged(*changes: Change, seen: tuple[Seen, ...] = (), origins: tuple[str, ...] = (), **by: Author) -> drift.Judged:
    listed = list(changes)
    answer = told.plan(listed, {}, {change.resource: by["by"] for change in listed if "by" in by}, origins)
    return drift.of(looking.Look(list(seen), listed, answer, ["a note"], None), "cost: 1", 0.5)


def test_what_is_as_declared_is_synced_and_healthy() -> None:
    found = judged(seen=(Seen(HOST, "i-1", {}, state="running"),))
    assert (found["sync"], found["health"], found["changes"], found["notes"]) == ("Synced", "Healthy", [], ["cost: 1", "a note"])


@pytest.mark.parametrize(
    ("state", "settled", "health"),
    [
        ("available", True, "Healthy"),
        ("running", True, "Healthy"),
        ("ACTIVE", True, "Healthy"),
        ("", True, "Healthy"),
        ("creating", False, "Progressing"),
        ("pending", False, "Progressing"),
        ("modifying", False, "Progressing"),
        ("create-failed", True, "Degraded"),
        ("failed", True, "Degraded"),
        ("stopped", True, "Degraded"),
        ("stopping", False, "Degraded"),
        ("storage-full", True, "Degraded"),
        ("incompatible-network", True, "Degraded"),
        ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", True, "Degraded"),
        ("PendingDeletion", True, "Degraded"),
        ("Disabled", True, "Degraded"),
    ],
)
def test_how_it_is_by_the_words_of_aws(state: str, settled: bool, health: str) -> None:
    found = judged(seen=(Seen(HOST, "i-1", {}, settled=settled, state=state),))
    assert found["health"] == health and found["sync"] == "Synced"
    assert found["msg"] == ("" if health == "Healthy" else f"instance:app1 is {state}")


def test_what_serves_somebody_and_is_not_there_is_missing() -> None:
    assert judged(Change(HOST, model.CREATE, {}))["health"] == "Missing"
    assert judged(Change(LOGS, model.CREATE, {}))["health"] == "Healthy"


def test_whose_hand_it_was_stands_with_what_it_did() -> None:
    rules: Any = [{"port": 80}, {"port": 22}], [{"port": 80}]
    change = Change(GROUP, model.UPDATE, {"in": rules})
    found = judged(change, origins=("corrective",), by=Author("ann", "2026-12-01 10:00", "Authorize"))
    (one,) = found["changes"]
    assert (one["resource"], one["action"], one["origin"]) == ("packets:app", "update", "corrective")
    assert one["fields"] == {"in": ["port=22", None]}
    assert found["evidence"] == {"packets:app": {"by": "ann, 2026-12-01 10:00 (Authorize)"}}


@pytest.mark.parametrize("action", [model.REPLACE, model.IRREVERSIBLE, model.ORPHAN, model.KEEP])
def test_what_no_sync_does_is_told_with_why(action: str) -> None:
    (one,) = judged(Change(HOST, action, {}, refused="it would be lost"))["changes"]
    assert (one["action"], one["why"]) == ("report", "it would be lost")
