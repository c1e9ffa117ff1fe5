# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.action import release_history
from ansible_collections.echodiary.infra.tests.unit.plugins.action.rig import Rig

ENTRY = {"outcome": "succeeded", "digest": "r/d@sha256:1"}


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_history.identity, "owner", lambda _: "ann")
    monkeypatch.setattr(release_history.identity, "run_url", lambda _: "")


@pytest.mark.parametrize("check", [False, True])
def test_an_entry_is_sent_complete(check: bool) -> None:
    rig = Rig(release_history, {"changed": True})
    found = rig.run(check=check, state="appended", entry=ENTRY, max_bytes=5000)
    sent = rig.manifest
    assert (rig.packages, sent["state"], sent["check"], sent["limit"]) == (["_history"], "appended", check, 5000)
    assert sent["entry"] == found["entry"]
    assert {key: sent["entry"][key] for key in ("version", "who", "kind", "outcome", "digest")} == {
        "version": 1, "who": "ann", "kind": "deploy", "outcome": "succeeded", "digest": "r/d@sha256:1",
    }  # fmt: skip
    assert sent["entry"]["id"] and sent["entry"]["at"]
    assert found["changed"]


def test_what_was_given_stands() -> None:
    rig = Rig(release_history, {"changed": False})
    rig.run(state="appended", entry={**ENTRY, "id": "x", "who": "bob"})
    assert (rig.manifest["entry"]["id"], rig.manifest["entry"]["who"]) == ("x", "bob")


def test_reading_asks_for_no_more_than_wanted() -> None:
    answer: dict[str, Any] = {"changed": False, "entries": [], "damaged": 0, "kept": [], "notes": []}
    rig = Rig(release_history, {**answer, "failed": True, "msg": "x"})
    found = rig.run(last=3, outcomes=["succeeded"], path="/h")
    sent = rig.manifest
    assert (sent["state"], sent["entry"], sent["last"], sent["outcomes"], sent["path"]) == ("read", None, 3, ["succeeded"], "/h")
    assert (found["failed"], found["msg"]) == (True, "x")


def test_an_entry_without_its_outcome_is_refused() -> None:
    rig = Rig(release_history, {})
    assert "outcome" in rig.refused(state="appended", entry={"digest": "x"})
    assert "entry" in rig.refused(state="appended")


def test_a_host_that_says_nothing_is_a_failure_that_may_be_borne() -> None:
    found = Rig(release_history, "").run(state="appended", entry=ENTRY)
    assert (found["failed"], "entry" in found) == (True, False)
