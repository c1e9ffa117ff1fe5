# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import words

LEASE = {
    "token": 4,
    "owner": "bob@ci",
    "reason": "deploy v2",
    "run_url": "https://runs/9",
    "acquired": "2026-12-01T09:00:00Z",
    "expires": "2026-12-01T09:20:00Z",
    "expired": False,
}
FREEZE = {"owner": "ann", "reason": "holidays", "until": "2026-12-28T00:00:00Z", "active": True}


def answer(outcome: str, lease: dict[str, Any] | None = LEASE, freeze: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"outcome": outcome, "now": "2026-12-01T09:05:00Z", "lease": lease, "freeze": freeze, "notes": [], **more}


def test_a_refusal_says_who_why_since_until_and_where() -> None:
    said = words.refusal("deploy", answer("held"), waited=0.0)
    assert all(word in said for word in ("bob@ci", "deploy v2", "09:00:00", "5 min", "09:20:00", "https://runs/9", "wait", "force=true"))
    assert "900 s" not in said
    assert "15 min in vain" in words.refusal("deploy", answer("held"), waited=900.0)


def test_lost_says_to_whom() -> None:
    assert "bob@ci" in words.refusal("deploy", answer("lost"), 0.0)
    assert "force" in words.refusal("deploy", answer("lost", None), 0.0)


def test_frozen_says_until_when_and_how_to_go_on() -> None:
    said = words.refusal("deploy", answer("frozen", None, FREEZE), 0.0)
    assert all(word in said for word in ("ann", "2026-12-28", "holidays", "override_freeze"))


def test_what_was_granted() -> None:
    assert "acquired until 09:20:00 UTC (token 4)" in words.summary("deploy", answer("done"), "acquired", check=False)
    assert "would be acquired" in words.summary("deploy", answer("done"), "acquired", check=True)
    assert "was not held" in words.summary("deploy", answer("same", None, notes=["was not held any more"]), "released", check=False)


def test_reading() -> None:
    assert words.summary("deploy", answer("same", None), "read", check=False) == "lock deploy: free"
    both = words.summary("deploy", answer("same", freeze=FREEZE), "read", check=False)
    assert "bob@ci" in both
    assert "holidays" in both
    assert "expired" in words.summary("deploy", answer("same", {**LEASE, "expired": True}), "read", check=False)
