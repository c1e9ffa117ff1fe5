# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._dump import rights


def facts(**more: Any) -> dict[str, Any]:
    able = {"superuser": False, "createdb": True, "owner": True, "may_signal": True, "may_own": True}
    return {"user": "admin", "databases": {"diary": {"owner": "echo"}}, "sessions": [], **able, **more}


def missing(**more: Any) -> list[str]:
    return rights.missing(facts(**more), "diary", "diary_before_x", "echo")


def test_nothing_is_missing() -> None:
    assert missing() == []
    assert missing(databases={}) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"createdb": False}, "ALTER ROLE admin CREATEDB"),
        ({"may_own": False}, "GRANT echo TO admin"),
        ({"may_signal": False}, "GRANT pg_signal_backend TO admin"),
        ({"owner": False}, "there is no role echo"),
        ({"databases": {"diary": {"owner": "eve"}}}, "belongs to eve and not to echo"),
        ({"databases": {"diary": {"owner": "echo"}, "diary_before_x": {"owner": "echo"}}}, "has been restored before"),
        ({"sessions": [{"superuser": True, "role": "postgres", "pid": 7, "application": "psql"}]}, "postgres (pid 7, psql)"),
    ],
)
def test_each_is_said_with_what_to_do(more: dict[str, Any], said: str) -> None:
    (found,) = missing(**more)
    assert said in found


def test_all_are_said_at_once() -> None:
    assert len(missing(createdb=False, may_own=False, may_signal=False)) == 3


def test_a_superuser_needs_nothing_else() -> None:
    assert missing(superuser=True, createdb=False, may_own=False, may_signal=False) == []


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    long = "diary_before_" + "x" * 60
    assert "longer than 63 bytes" in rights.missing(facts(), "diary", long, "echo")[0]
