# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that shows lines of log runs as it is printed."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._logs import command


def test_what_was_not_asked_is_not_in_it() -> None:
    assert command.command([], {"since": "15m", "level": ""}) == "python -m gitops logs --since 15m"


def test_a_shell_takes_every_word_as_it_was_typed() -> None:
    typed = command.command(["inventories/my own"], {"grep": 'it\'s; rm -rf "$HOME"'})
    assert shlex.split(typed) == ["python", "-m", "gitops", "-i", "inventories/my own", "logs", "--grep", 'it\'s; rm -rf "$HOME"']


def test_of_one_host() -> None:
    assert command.window([], 1_796_126_400, 1_796_126_400, host="app1").endswith("--until 2026-12-01T12:00:01Z --limit app1")


@pytest.mark.parametrize("given", [["node_exporter", "logs"], "node_exporter, logs", ["echodiary.infra.logs"]])
def test_somebody_keeps_logs(given: list[str] | str) -> None:
    assert command.kept([None, [], ["haproxy"], given])


@pytest.mark.parametrize("given", [None, [], "", ["log_shipper"], "logs_of_mine", ["catalogs"]])
def test_nobody_keeps_logs(given: list[str] | str | None) -> None:
    assert not command.kept([given])


def test_a_window_holds_both_of_its_ends() -> None:
    typed = command.window(["inventories/production"], 1_796_126_400.9, 1_796_126_460.2, ["echodiary", "haproxy"])
    assert typed == (
        "python -m gitops -i inventories/production logs"
        " --since 2026-12-01T12:00:00Z --until 2026-12-01T12:01:01Z --component echodiary,haproxy"
    )
