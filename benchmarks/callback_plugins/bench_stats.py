# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells the harness what a run did, so that a measurement never rests on a run that was not what it should have been."""

from __future__ import annotations

DOCUMENTATION = r"""
name: bench_stats
type: aggregate
author: EchoDiary maintainers (@echodiary)
short_description: Writes what each host was told to change into the file that BENCH_STATS names
description:
  - For every host the tasks that changed something (or would), what failed, and how many remote calls converge made.
"""

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "bench_stats"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._hosts: dict[str, dict[str, Any]] = {}

    def v2_runner_on_ok(self, result: Any) -> None:
        host, data = self._host(result), result.result
        host["tasks"] += 1
        components = data.get("components")
        if isinstance(components, list):
            host["remote_calls"] += int(data.get("remote_calls") or 0)
            host["changes"] += [change["resource"] for component in components for change in component["changes"]]
        elif data.get("changed"):
            host["changes"].append(result.task_name)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._host(result)["failed"].append(f"{result.task_name}: {result.result.get('msg', 'no message')}")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._host(result)["failed"].append(f"unreachable: {result.result.get('msg', '')}")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        Path(os.environ["BENCH_STATS"]).write_text(json.dumps(self._hosts), encoding="utf-8")

    def _host(self, result: Any) -> dict[str, Any]:
        empty: dict[str, Any] = {"tasks": 0, "remote_calls": 0, "changes": [], "failed": []}
        return self._hosts.setdefault(result.host.get_name(), empty)
