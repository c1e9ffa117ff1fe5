# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._converge import migrate

ALLOWED = [{"revision": "0004", "rule": "drop-column", "reason": "nobody reads it"}]
POLICY: dict[str, Any] = {"env_file": "x.env", "volumes": ["{directory}/tls:/tls:ro", "/etc/ssl:/ssl:ro"], "allow": ALLOWED, "command": []}
COMMAND: dict[str, Any] = {**POLICY, "allow": [], "command": ["bin/migrate", "up"]}
PREPARED = {"directory": "/prepared/x", "image": "x@sha256:new", "running": "x@sha256:old"}


def test_it_runs_in_the_release_that_is_staged_and_asks_the_one_that_runs() -> None:
    assert migrate.arguments(POLICY, PREPARED, "own.x") == {
        "state": "head",
        "as_owner_of": "own.x",
        "image": "x@sha256:new",
        "compat_image": "x@sha256:old",
        "env_file": "/prepared/x/x.env",
        "volumes": ["/prepared/x/tls:/tls:ro", "/etc/ssl:/ssl:ro"],
        "allow": ALLOWED,
    }


def test_where_nothing_runs_nobody_is_asked() -> None:
    assert "compat_image" not in migrate.arguments(POLICY, {**PREPARED, "running": ""}, "own.x")


def test_what_it_is_called_with_is_what_alembic_takes() -> None:
    from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import options

    assert set(migrate.arguments(POLICY, PREPARED, "own.x")) <= set(options.ARGUMENTS)


@pytest.mark.parametrize("policy", [None, COMMAND])
def test_alembic_has_access_to_nobody_who_did_not_name_it(policy: Any) -> None:
    assert migrate.access(policy, "/prepared/x") is None
    assert migrate.access(POLICY, "/prepared/x") == ("/prepared/x/x.env", ["/prepared/x/tls:/tls:ro", "/etc/ssl:/ssl:ro"])


@pytest.mark.parametrize(("policy", "tool"), [(None, ""), (POLICY, "alembic"), (COMMAND, "command")])
def test_who_brings_the_schema_along(policy: Any, tool: str) -> None:
    assert migrate.tool(policy) == tool


@pytest.mark.parametrize(
    ("done", "why"),
    [
        ({"failed": False, "msg": "0003 -> 0004"}, ""),
        ({"changed": True}, ""),
        ({"failed": True, "msg": "0004 drops a column"}, "migration: 0004 drops a column"),
        ({"failed": True}, "migration: no message"),
    ],
)
def test_why_it_failed(done: dict[str, Any], why: str) -> None:
    assert migrate.why_failed(done) == why
