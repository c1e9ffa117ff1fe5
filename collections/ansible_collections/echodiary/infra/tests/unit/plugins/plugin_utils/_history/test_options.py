# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.echodiary.infra.plugins.plugin_utils._history import options

DEFAULTS = {"id": "1", "at": "2026-12-01T00:00:00Z", "who": "ann", "run_url": ""}


def test_filled_in_and_nothing_empty_is_kept() -> None:
    given = {"id": None, "who": "bob", "outcome": "succeeded", "commit": "", "gates": {}, "seconds": {"total": 0.0}}
    entry = options.complete(given, DEFAULTS)
    assert entry == {
        "version": 1,
        "id": "1",
        "at": "2026-12-01T00:00:00Z",
        "who": "bob",
        "outcome": "succeeded",
        "seconds": {"total": 0.0},
    }


def test_texts_are_bounded() -> None:
    assert len(options.complete({"error": "x" * 10_000}, DEFAULTS)["error"]) == options.LONGEST


def test_said() -> None:
    entry = {"id": "1", "kind": "deploy", "outcome": "failed"}
    assert "would be recorded" in options.said(entry, changed=True, check=True)
    assert "already" in options.said(entry, changed=False, check=False)
