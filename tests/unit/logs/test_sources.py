# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose lines the store waits for: hosts of the inventory, under the names by which they ship."""

from __future__ import annotations

import json
import runpy
from typing import Any

from tests import rendering

METRICS = runpy.run_path(str(rendering.ROOT / "roles/logs/tree/usr/local/lib/echodiary/logs-metrics"), run_name="metrics")
STORE = {"logs_image": "x", "logs_password": "a-password", "logs_certificate": "x", "logs_key": "x"}


def sources(store: dict[str, Any], app1: dict[str, Any]) -> dict[str, str]:
    hosts = {
        "app1": {"components": ["log_shipper"], "ansible_host": "10.0.0.11", **app1},
        "app2": {"components": ["log_shipper"], "ansible_host": "10.0.0.12"},
        "mon1": {"components": ["logs", "log_shipper"], "ansible_host": "10.0.0.5"},
    }
    files = rendering.tree("logs", **STORE, components=["logs", "log_shipper"], hostvars=hosts, **store)
    told = METRICS["sources"](json.loads(files["/etc/echodiary/logs/watched.json"]))
    return {one["host"]: one["source"] for one in told}


def test_each_is_waited_for_under_its_own_name() -> None:
    assert sources({}, {}) == {"app1": "app1", "app2": "app2", "mon1": "mon1"}


def test_one_that_ships_under_another_name_is_waited_for_under_that() -> None:
    assert sources({}, {"log_shipper_host": "web-1"}) == {"app1": "web-1", "app2": "app2", "mon1": "mon1"}
    assert sources({"log_shipper_host": "watcher"}, {})["mon1"] == "watcher"
