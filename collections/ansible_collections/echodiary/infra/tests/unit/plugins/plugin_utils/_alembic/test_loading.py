# SPDX-License-Identifier: GPL-3.0-or-later
"""The parser is loaded by those who have SQL to judge, and nobody else waits for it or needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import flow
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic import options as options_of

COLLECTIONS = next(parent for parent in Path(flow.__file__).parents if parent.name == "collections")
UTILS = "ansible_collections.echodiary.infra.plugins.plugin_utils"


def read(steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "current": ["0004"], "heads": ["0004"], "unknown": [], "invalid_indexes": [], "ancestors": [], "versions": {}, "steps": steps,
        "server": {"version": 170000, "database": "diary"}, "version_table": "alembic_version", "schema": None, "models": None,
    }  # fmt: skip


def run(steps: list[dict[str, Any]]) -> tuple[dict[str, Any], int]:
    defaults = {name: argument.get("default") for name, argument in options_of.ARGUMENTS.items()}
    options = options_of.parse({**defaults, "state": "head", "image": "new"})
    asked: list[Any] = []

    def call(runs: list[dict[str, Any]]) -> dict[str, Any]:
        asked.append(runs)
        return {"failed": False, "answers": [read(steps)]}

    return flow.run(options, call, check=False), len(asked)


def test_importing_the_module_does_not_load_it() -> None:
    code = f"import sys; import {UTILS}._alembic.flow; sys.exit('pglast' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=COLLECTIONS, check=True)


def test_without_it_nothing_runs_that_nobody_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pglast", None)
    step = {"revision": "0005", "down_revision": "", "message": "", "direction": "up", "sql": "SELECT 1;", "unreadable": ""}
    result, asked = run([step])
    assert result["failed"] and not result["changed"] and asked == 1
    assert "pip install 'pglast>=8'" in result["msg"] and "\n" not in result["msg"]


def test_with_nothing_pending_nobody_misses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pglast", None)
    result, _ = run([])
    assert not result["failed"], result["msg"]
