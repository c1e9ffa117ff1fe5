# SPDX-License-Identifier: GPL-3.0-or-later
"""A load test of a fleet: both generators on both edges, EchoDiary's own way, what Prometheus saw, rows written and gone again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import drill, fleet
from tests.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.full]

COMMAND = {"load_seconds": 20, "load_rate": 20, "load_users": 4}
ROWS = "SELECT count(*) FROM entries WHERE title LIKE 'load test %'"


@pytest.fixture(scope="module")
def tools() -> dict[str, Any]:
    """Both generators, as the page says that one gets them."""
    subprocess.run("command -v hey || (apt-get update -qq && apt-get install -y -qq hey)", shell=True, check=True, capture_output=True)
    subprocess.run([".ci/setup", ".venv-load", "requirements-load.txt"], cwd=fleet.ROOT, check=True, capture_output=True)
    return {"load_locust": str(fleet.ROOT / ".venv-load" / "bin" / "locust")}


@pytest.fixture(scope="module", autouse=True)
def users_own(fresh_fleet: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Entries that look almost like those of a test, and are somebody's."""
    fleet.converge(tmp_path_factory.mktemp("converge"))
    fleet.sql("INSERT INTO entries (title, body) VALUES ('load test', ''), ('load test 0 1', ''), ('my load test abcdef01 1', '')")
    yield
    assert fleet.sql("SELECT count(*) FROM entries WHERE title IN ('load test', 'load test 0 1', 'my load test abcdef01 1')") == "3"
    fleet.sql("DELETE FROM entries WHERE title IN ('load test', 'load test 0 1', 'my load test abcdef01 1')")


def result(directory: Path) -> Any:
    return json.loads(sorted((directory / "local").glob("echodiary-*.json"))[-1].read_text())


def test_both_ways_are_measured_and_leave_no_row(tools: dict[str, Any], tmp_path: Path) -> None:
    before = fleet.sql("SELECT count(*) FROM entries")
    ran = drill.run("load", **COMMAND, **tools, load_directory=str(tmp_path))
    assert ran.code == 0, ran.output
    print(ran.output)  # noqa: T201 - with -s
    found = result(tmp_path)
    assert found["edges"] == list(drill.TARGETS)
    steps = {(line["part"], line["edge"], line["step"]): line for line in found["lines"]}
    assert {edge for _, edge, _ in steps} == set(drill.APPS)
    assert {step for part, _, step in steps if part == "journey"} == {
        "write an entry", "list the newest", "read an entry", "turn the page", "change an entry", "look at the totals",
    }  # fmt: skip
    assert all(line["errors"] == {} and line["limited"] == 0 and line["p99"] for line in steps.values())
    by_part = {line["part"]: line for line in found["totals"]}
    assert 340 <= by_part["rate"]["requests"] <= 410, "twenty seconds at twenty"
    assert by_part["journey"]["requests"] <= 410
    assert found["rows"]["written"] == found["rows"]["found"] == found["rows"]["removed"] > 10 and found["rows"]["left"] == 0
    assert {one["reason"] for one in found["saturated"]} >= {"processor", "memory", "database connections", "connection pools"}
    assert re.search(r"^next: .+", ran.output, re.MULTILINE)
    assert fleet.sql("SELECT count(*) FROM entries") == before


def test_the_next_one_is_beside_it_and_a_missed_objective_ends_with_an_error_where_that_is_wanted(
    tools: dict[str, Any], tmp_path: Path
) -> None:
    small = {**COMMAND, "load_seconds": 5, "load_parts": ["rate"], "load_directory": str(tmp_path)}
    assert drill.run("load", **small).code == 0
    ran = drill.run("load", **small, echodiary_slo_latency_seconds="0.000001", load_fail=True)
    assert ran.code == 2 and "MISSED" in ran.output and "next: objectives are missed" in ran.output, ran.output
    assert "before: 20" in ran.output and "p95" in ran.output
    assert drill.run("load", **small, echodiary_slo_latency_seconds="0.000001").code == 0


def test_what_is_nobodys_here_and_production_get_nothing(tmp_path: Path) -> None:
    ran = drill.run("load", load_parts=["rate"], load_targets=["http://198.51.100.1"], load_directory=str(tmp_path))
    assert ran.code == 2 and "no edge of this inventory, so nothing is sent there" in ran.output
    ran = drill.run("load", load_parts=["rate"], load_production=["local"], load_directory=str(tmp_path))
    assert ran.code == 2 and "-e confirm=local" in ran.output
    assert list(tmp_path.iterdir()) == []
    ran = drill.run("load", "--check", load_parts=["rate"], load_production=["local"], load_directory=str(tmp_path))
    assert ran.code == 0 and "would be done: rate, 30 s each" in ran.output and list(tmp_path.iterdir()) == []


def test_rows_of_a_killed_run_are_removed_by_the_next(tools: dict[str, Any], tmp_path: Path) -> None:
    process = drill.start("load", load_parts=["journey"], **COMMAND, **tools, load_directory=str(tmp_path))
    eventually(lambda: int(fleet.sql(ROWS)) > 8, 60, "rows are written")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    subprocess.run(["sleep", "2"], check=True)
    left = fleet.sql(ROWS)
    subprocess.run(["sleep", "1"], check=True)
    assert fleet.sql(ROWS) == left, "nobody writes any more"
    refused = drill.run("load", load_seconds=0, **tools, load_directory=str(tmp_path))
    assert refused.code == 2 and "load test of echodiary" in refused.output, "its lease is told, with whose it is"
    assert drill.run("unlock", reason="killed").code == 0
    ran = drill.run("load", load_seconds=0, **tools, load_directory=str(tmp_path))
    assert ran.code == 0, ran.output
    # one of a user's own remains
    assert fleet.sql(ROWS) == "1" and json.loads((tmp_path / "local" / "open.json").read_text()) == []
