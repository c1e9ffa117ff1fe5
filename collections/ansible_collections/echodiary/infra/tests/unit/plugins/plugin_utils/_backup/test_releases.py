# SPDX-License-Identifier: GPL-3.0-or-later
"""Of a component's release, what can be asked of it anywhere, and nothing that may be secret."""

from __future__ import annotations

from typing import Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._backup import releases
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import declared

FOUND = declared.read("shop", {"host": "db", "name": "shop", "user": "serve", "migrate": {"variable": "DB"}, "sslmode": "disable"})
REQUESTS: list[dict[str, Any]] = [
    {"name": "orders", "path": "/orders"},
    {"name": "mine", "path": "/mine", "headers": {"Authorization": "{{ of_nobody }}"}},
    {"name": "order", "path": "/orders", "method": "POST", "body": "{{ of_nobody }}"},
    {"name": "gone", "path": "/gone", "status": 404},
]
SPEC: dict[str, Any] = {
    "release": {"service": "web", "slots": {"blue": 1, "green": 2}, "check": {"path": "/up"}, "requests": REQUESTS, "drain": "{{ x }}"},
    "compose": "/opt/shop/{slot}/compose.yaml",
}


def told(spec: dict[str, Any]) -> releases.Release | None:
    return releases.told(FOUND, releases.wanted(spec))


def test_only_plain_reads_are_asked_and_what_may_be_secret_is_not_rendered() -> None:
    assert "of_nobody" not in str(releases.wanted(SPEC)) and "drain" not in str(releases.wanted(SPEC))
    found = told(SPEC)
    assert found is not None
    assert found["reads"] == [{"path": "/orders", "host": ""}]
    assert (found["variable"], found["user"], found["service"]) == ("DB", "serve", "web")


def test_it_is_ready_by_its_probes_else_by_its_check() -> None:
    found = told(SPEC)
    assert found is not None and found["ready"] == [{"path": "/up", "host": "", "status": 200}] and found["deadline"] == 60
    probes = [
        {"url": "http://127.0.0.1:{port}/ready?all=1", "json": {"ok": True}, "deadline": 30},
        {"url": "http://127.0.0.1:9/another"},
        {"url": "http://127.0.0.1:{port}/migrated", "deadline": "120"},
    ]
    found = told({**SPEC, "health": probes})
    assert found is not None and found["deadline"] == 120
    assert found["ready"] == [
        {"path": "/ready?all=1", "status": 200, "json": {"ok": True}},
        {"path": "/migrated", "status": 200, "json": {}},
    ]


def test_by_its_own_name_where_it_has_one() -> None:
    found = told({**SPEC, "release": {**SPEC["release"], "hosts": ["shop.example", "www.shop.example"]}})
    assert found is not None and found["host"] == "shop.example"
    assert [one["host"] for one in (*found["ready"], *found["reads"])] == ["shop.example"] * 2


def test_what_answers_no_requests_is_not_started() -> None:
    assert told({}) is None
    assert told({"compose": "/opt/x/compose.yaml"}) is None
    worker = {"service": "worker"}
    assert told({"release": worker, "compose": "/opt/shop/{slot}/compose.yaml"}) is None
