# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import html
import json

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._edge import planning
from ansible_collections.echodiary.infra.plugins.module_utils._edge.planning import Edge, EdgeError

MESSAGES = ["Back at 04:00.", 'we "move" to a | b \\ c', "100 % <b>done</b> & more", "잠시 후 다시", "a;b #c"]


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("traffic", [planning.IN, planning.LEAVING, planning.OUT])
def test_what_is_told_is_what_is_read(message: str, traffic: str) -> None:
    assert planning.from_value(planning.to_value(Edge(traffic, message))) == Edge(traffic, message)


@pytest.mark.parametrize("message", MESSAGES)
def test_each_part_is_whole_where_it_is_put(message: str) -> None:
    """HAProxy cuts the value at bars and takes a percent sign for a format; clients parse JSON and HTML."""
    value = planning.to_value(Edge(planning.IN, message))
    _, as_json, as_html = value.split("|")
    assert json.loads(f'"{as_json}"') == message
    assert html.unescape(as_html) == message
    assert "%" not in value and "<" not in as_html and "\n" not in value


def test_an_ordinary_edge_has_no_value() -> None:
    assert planning.to_value(Edge()) == ""
    assert planning.from_value("") == Edge()


def test_one_part_is_changed_and_the_other_stays() -> None:
    now = Edge(planning.OUT, "later")
    assert planning.wanted(now, planning.IN, None) == Edge(planning.IN, "later")
    assert planning.wanted(now, None, "") == Edge(planning.OUT, "")
    assert planning.wanted(now, None, "  two\n lines ") == Edge(planning.OUT, "two lines")


@pytest.mark.parametrize("message", ["x" * 501, "bell \x07"])
def test_messages_that_nobody_could_read_are_refused(message: str) -> None:
    with pytest.raises(EdgeError):
        planning.wanted(Edge(), None, message)


def test_a_state_of_somebody_else_is_no_state() -> None:
    with pytest.raises(EdgeError, match="none"):
        planning.from_value("sideways|x|y")


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({}, ""),
        ({"shop": "blue"}, "blue"),
        ({"shop": "blue", "cart": "a"}, "cart: a, shop: blue"),
        ({"shop": "blue", "cart": ""}, ""),
    ],
)
def test_a_host_serves_where_each_of_its_applications_does(slots: dict[str, str], said: str) -> None:
    assert planning.serving(slots) == said
