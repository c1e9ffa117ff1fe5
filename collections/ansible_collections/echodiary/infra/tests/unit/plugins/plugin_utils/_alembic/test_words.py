# SPDX-License-Identifier: GPL-3.0-or-later
"""One line, and in it the next step."""

from __future__ import annotations

import yaml
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import words
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic.findings import Finding


def test_a_refusal_names_the_entry_for_every_rule_once() -> None:
    found = [
        Finding("0005", "up", "drop-object", 3, "DROP VIEW v", "-"),
        Finding("0005", "up", "ban-drop-view", 3, "DROP VIEW v", "-"),
        Finding("0005", "up", "drop-object", 5, "DROP VIEW w", "-"),
        Finding("0006", "down", "truncate", 1, "TRUNCATE a", "-"),
    ]
    _, _, hint = words.refused(found).partition("'allow': ")
    entries = yaml.safe_load(f"[{hint}]")
    assert [(one["revision"], one["rule"], one.get("direction", "up")) for one in entries] == [
        ("0005", "drop-object", "up"),
        ("0005", "ban-drop-view", "up"),
        ("0006", "truncate", "down"),
    ]
