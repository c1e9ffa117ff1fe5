# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.echodiary.infra.plugins.filter.history_table import history_table

NEW = {"id": "b", "at": "2026-12-01T09:00:00Z", "kind": "deploy", "outcome": "succeeded", "digest": "sha256:bbb"}
OLD = {**NEW, "id": "a", "at": "2026-11-01T09:00:00Z", "digest": "sha256:aaa"}


def test_each_entry_once_newest_first_the_good_one_marked() -> None:
    lines = history_table(iter([[NEW, OLD], [OLD], []]))
    assert len(lines) == 3
    assert lines[1].startswith("*")
    assert "bbb" in lines[1]
    assert "aaa" in lines[2]


def test_something_else_is_told() -> None:
    with pytest.raises(AnsibleFilterError, match="release_history"):
        history_table([["no entry"]])  # type: ignore[list-item]
