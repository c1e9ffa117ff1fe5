# SPDX-License-Identifier: GPL-3.0-or-later
"""HAProxy's and Docker's own words (recorded), read."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._release import sampling
from ansible_collections.echodiary.infra.plugins.module_utils._release.signs import Container, Server

SAID: dict[str, str] = json.loads((Path(__file__).parent.parent / "_host/haproxy_said.json").read_text(encoding="utf-8"))
INSPECT: dict[str, Any] = {
    "Id": "1a24867c21fb0000",
    "RestartCount": 2,
    "State": {"Status": "running", "OOMKilled": True, "StartedAt": "2026-01-01T00:00:00Z"},
    "HostConfig": {"Memory": 805306368},
}
V1 = {"memory_stats": {"usage": 81723392, "limit": 805306368, "stats": {"inactive_file": 1, "total_inactive_file": 81920}}}
V2 = {"memory_stats": {"usage": 81723392, "limit": 805306368, "stats": {"inactive_file": 81920}}}


def rows(moment: str) -> dict[str, dict[str, str]]:
    statistics = SAID[moment].partition("# pxname")[2]
    return {row["svname"]: row for row in csv.DictReader(("pxname" + statistics).splitlines()) if row.get("svname")}


@pytest.mark.parametrize(
    ("moment", "green"),
    [
        ("blue serves", Server(answered=607)),
        ("green is down", Server(answered=607, down=True)),
    ],
)
def test_a_row_of_haproxy(moment: str, green: Server) -> None:
    assert sampling.server(rows(moment)["green"]) == green


def test_requests_in_flight() -> None:
    assert sampling.server(rows("blue drains one request")["blue"]).in_flight == 1


@pytest.mark.parametrize(
    ("columns", "bad"),
    [
        ({"hrsp_5xx": "4"}, 4),
        ({"econ": "2", "wretr": "2"}, 2),
        ({"wretr": "3"}, 3),
        ({"eresp": "1", "cli_abrt": "5"}, 6),
    ],
)
def test_what_counts_as_bad(columns: dict[str, str], bad: int) -> None:
    assert sampling.server({**rows("blue serves")["blue"], **columns}).bad == bad


@pytest.mark.parametrize("stats", [V1, V2])
def test_memory_is_counted_without_what_only_caches_files(stats: dict[str, Any]) -> None:
    found = sampling.parsed(INSPECT, stats)
    assert found == Container("running", "1a24867c21fb@2026-01-01T00:00:00Z", True, 2, 81723392 - 81920, 805306368)


def test_a_container_without_a_limit_has_none() -> None:
    assert sampling.parsed({**INSPECT, "HostConfig": {"Memory": 0}}, V2).limit == 0


def test_a_container_that_has_just_ended_has_no_memory() -> None:
    found = sampling.parsed({**INSPECT, "State": {"Status": "exited"}}, {"memory_stats": {}})
    assert (found.state, found.memory, found.limit, found.full) == ("exited", 0, 0, 0.0)
