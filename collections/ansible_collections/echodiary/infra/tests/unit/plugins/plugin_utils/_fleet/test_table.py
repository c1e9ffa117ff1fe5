# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.table import cell, table_lines
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import plain


def state(status: str = "ok", sync: str = "Synced", health: str = "Healthy") -> dict[str, str]:
    return {"status": status, "sync": sync, "health": health}


def test_rows_are_components_and_columns_are_hosts() -> None:
    states = {"app1": {"baseline": state()}, "mon1": {"baseline": state(), "grafana": state(health="Degraded")}}
    assert table_lines(states, 120, plain) == [
        "          app1              mon1",
        "baseline  ✓ Synced Healthy  ✓ Synced Healthy",
        "grafana   ·                 ✗ Synced Degraded",
    ]


def test_hosts_in_the_same_state_share_a_column_when_all_do_not_fit() -> None:
    states = {f"app{number}": {"api": state()} for number in range(1, 9)}
    states["app5"] = {"api": state(sync="OutOfSync")}
    assert table_lines(states, 60, plain) == [
        "     app1 +6           app5",
        "api  ✓ Synced Healthy  ! OutOfSync Healthy",
    ]


def test_columns_that_do_not_fit_continue_below() -> None:
    states = {f"host{number}": {f"role{number}": state()} for number in range(5)}
    lines = table_lines(states, 50, plain)
    assert max(len(line) for line in lines) <= 50
    assert lines.count("") == 2
    assert all(any(f"host{number}" in line for line in lines) for number in range(5))


def test_hosts_are_in_the_order_people_count() -> None:
    states = {host: {"api": state()} for host in ("app10", "app2", "app1")}
    assert table_lines(states, 120, plain)[0].split() == ["app1", "app2", "app10"]


def test_colours_do_not_change_the_layout() -> None:
    states = {"a": {"x": state(), "y": state("skipped")}, "b": {"x": state(), "y": state()}}
    painted = table_lines(states, 120, lambda tone, text: f"<{text}>")
    assert [line.replace("<", "").replace(">", "") for line in painted] == table_lines(states, 120, plain)


def test_no_states_no_table() -> None:
    assert table_lines({}, 120, plain) == []
    assert table_lines({"a": {}}, 120, plain) == []


@pytest.mark.parametrize(
    ("given", "tone", "text"),
    [
        (state(), "good", "✓ Synced Healthy"),
        (state("changed"), "change", "● Synced Healthy"),
        (state(sync="OutOfSync"), "change", "! OutOfSync Healthy"),
        (state(health="Degraded"), "bad", "✗ Synced Degraded"),
        (state("changed", health="Missing"), "bad", "✗ Synced Missing"),
        (state(health="Progressing"), "change", "! Synced Progressing"),
        (state("failed", "OutOfSync"), "bad", "✗ failed, Healthy"),
        (state("taken_back", "OutOfSync"), "bad", "↶ taken back, Healthy"),
        (state("skipped", "Unknown", "Unknown"), "quiet", "- skipped"),
        ({}, "change", "? Unknown Unknown"),
    ],
)
def test_cell(given: dict[str, str], tone: str, text: str) -> None:
    assert cell(given) == (tone, text)
