# SPDX-License-Identifier: GPL-3.0-or-later
"""Against what hey 0.1.4 of Debian has printed: of a site that is well, one that is not, one that went away meanwhile, and none."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._load import curves, hey
from ansible_collections.echodiary.infra.plugins.plugin_utils._load.shapes import Edge, Sample

RECORDED = Path(__file__).with_name("recorded")
EDGE: Edge = {"name": "app1", "url": "http://10.0.0.1", "host": ""}


def read(name: str) -> Sample:
    found = hey.read((RECORDED / f"hey-{name}.txt").read_text(), "app1", "/x")
    assert found is not None
    return found


def test_of_a_site_that_is_well_all_figures_are_read() -> None:
    found = read("good")
    assert (found["part"], found["edge"], found["step"]) == ("rate", "app1", "/x")
    assert found["requests"] == found["answered"] == 140 and found["errors"] == {}
    one = [(found["answered"], found["knots"])]
    text = (RECORDED / "hey-good.txt").read_text()
    for share in (50, 95, 99):
        (said,) = (line.split()[2] for line in text.splitlines() if line.strip().startswith(f"{share}% in"))
        assert curves.quantile(one, share / 100) == pytest.approx(float(said), abs=1e-6)


def test_what_the_edge_turned_away_is_told_from_what_failed() -> None:
    found = read("bad")
    assert (found["requests"], found["answered"]) == (179, 179)
    assert found["errors"] == {"429": 45, "HTTP 503": 45}


def test_a_site_that_goes_away_is_answers_and_refused_connections() -> None:
    found = read("died")
    assert (found["requests"], found["answered"]) == (114, 38)
    assert found["errors"] == {"connection refused": 76}
    assert all(0 < share <= 1 for _, share in found["knots"][1:]), "of few answers it prints a share of 0: no point of a curve"


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("refused", {"connection refused": 10}),
        ("timeout", {"no answer in time": 2}),
        ("term", {"no answer in time": 8, "connection refused": 6, "connection cut": 2}),
    ],
)
def test_where_nobody_answers_there_is_no_curve(name: str, errors: dict[str, int]) -> None:
    found = read(name)
    assert (found["answered"], found["knots"], found["errors"]) == (0, [], errors)
    assert found["requests"] == sum(errors.values())


def test_one_that_was_ended_says_nothing() -> None:
    assert hey.read("", "app1", "/x") is None
    assert hey.read((RECORDED / "hey-good.txt").read_text()[:60], "app1", "/x") is None


def test_it_is_asked_for_a_rate_of_all_its_connections_together() -> None:
    command = hey.command("hey", EDGE, "/entries?limit=1", 5, 4, 10.0, "abc")
    assert command[:7] == ["hey", "-z", "5s", "-c", "4", "-q", "2.500000"]
    assert command[-1] == "http://10.0.0.1/entries?limit=1" and "-host" not in command
    named = hey.command("hey", {**EDGE, "host": "diary.example"}, "/", 5, 1, 1.0, "abc")
    assert named[named.index("-host") + 1] == "diary.example"
    assert named[named.index("-H") + 1] == "X-Request-ID: load-abc"


@pytest.mark.parametrize(("seconds", "parts"), [(1, [1]), (5, [5]), (6, [3, 3]), (11, [4, 4, 3]), (600, [5] * 120)])
def test_slices_are_as_long_as_the_whole(seconds: int, parts: list[int]) -> None:
    assert hey.slices(seconds) == parts
