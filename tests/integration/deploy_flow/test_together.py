# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever fails or cannot be reached, all hosts of a deploy go the same way: everybody goes on, or everybody is rescued."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.deploy_flow.fleet_play import Fleet, Task


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@contextmanager
def answering(status: int) -> Iterator[tuple[str, list[int]]]:
    """A webhook that answers so, and how often it was asked."""
    asked: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook/s3cret", asked
    finally:
        server.shutdown()
        server.server_close()


def notice(url: str) -> Task:
    return {
        "name": "Tell people",
        "ansible.builtin.include_role": {"name": "echodiary.infra.deploy", "tasks_from": "notify"},
        "vars": {
            "deploy_webhook_url": url,
            "deploy_event": "started",
            "deploy_message": "a word",
            "deploy_webhook_body": {"text": "a word"},
        },
    }


@pytest.mark.parametrize("status", [429, pytest.param(500, marks=pytest.mark.full), 307])
def test_a_channel_that_refuses_halves_nothing(fleet: Fleet, status: int) -> None:
    with answering(status) as (url, asked):
        assert fleet.play([notice(url)]) == 0, fleet.output
    assert fleet.everybody("through", "ended"), fleet.output
    assert len(asked) == 1
    assert "s3cret" not in fleet.output
    assert str(status) in fleet.output


def test_a_channel_that_nobody_answers_at_halves_nothing(fleet: Fleet) -> None:
    assert fleet.play([notice("http://127.0.0.1:9/")]) == 0, fleet.output
    assert fleet.everybody("through", "ended"), fleet.output


def test_a_channel_that_works_is_told_once(fleet: Fleet) -> None:
    with answering(204) as (url, asked):
        assert fleet.play([notice(url)]) == 0, fleet.output
    assert len(asked) == 1


def silence(state: str) -> Task:
    return {
        "name": "Silence",
        "ansible.builtin.include_tasks": str(
            Path(__file__).resolve().parents[3] / "collections/ansible_collections/echodiary/infra/playbooks/tasks/silence.yml"
        ),
        "vars": {"silence_state": state, "silence_id": "1"},
    }


def test_a_monitoring_host_that_cannot_be_reached_halves_nothing(fleet: Fleet) -> None:
    assert fleet.play([silence("start"), silence("end")]) == 0, fleet.output
    assert fleet.everybody("through", "ended"), fleet.output
    assert "mon1" in fleet.output


def test_an_alertmanager_that_is_down_halves_nothing(fleet: Fleet) -> None:
    fleet.inventory.write_text(fleet.inventory.read_text().replace('"ansible_connection": "ssh"', '"ansible_connection": "local"'))
    assert fleet.play([silence("start"), silence("end")], "-e", '{"alertmanager_port": 9}') == 0, fleet.output
    assert fleet.everybody("through", "ended"), fleet.output
    assert "Alertmanager on mon1" in fleet.output


def lock(**given: Any) -> Task:
    return {"name": "Take the lease", "echodiary.infra.deploy_lock": {"reason": "x", **given}, "delegate_to": "mon1"}


def test_what_cannot_be_reached_is_everybodys_failure(fleet: Fleet) -> None:
    """No host leaves the play: the one whose delegate did not answer sees to the end like the others."""
    assert fleet.play([{**lock(), "when": "inventory_hostname == 'app1'"}]) == 0, fleet.output
    assert fleet.everybody("rescued", "ended"), fleet.output
    assert "mon1 is unreachable" in fleet.output


def test_what_may_be_missing_is_missed_by_nobody(fleet: Fleet) -> None:
    tolerated = {**lock(state="released", token=1), "failed_when": False}
    assert fleet.play([{**tolerated, "when": "inventory_hostname == 'app1'"}, {**tolerated, "run_once": True}]) == 0, fleet.output
    assert fleet.everybody("through", "ended"), fleet.output


def gate(on_inconclusive: str) -> Task:
    condition = {"name": "errors", "url": "http://127.0.0.1:9", "query": "x", "expect": "== 0"}
    return {
        "name": "Watch",
        "echodiary.infra.health_gate": {"promql": [condition], "deadline": 5, "on_inconclusive": on_inconclusive},
        "delegate_to": "mon1",
        "when": "inventory_hostname == 'app1'",
    }


@pytest.mark.parametrize(("setting", "way"), [("pass", "through"), ("fail", "rescued")])
def test_a_gate_whose_prometheus_cannot_be_reached_is_inconclusive_and_ends_by_its_setting(fleet: Fleet, setting: str, way: str) -> None:
    assert fleet.play([gate(setting)]) == 0, fleet.output
    assert fleet.everybody(way, "ended"), fleet.output
    assert "gate inconclusive: mon1 is unreachable" in fleet.output
