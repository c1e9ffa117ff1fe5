# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what every converge of a scenario answered, so that its tests can compare prediction and deed."""

from __future__ import annotations

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Append the result of every converge task to a file
description:
  - One JSON object per line in C(converged.jsonl) of molecule's ephemeral directory.
"""

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """One line per result; molecule empties the directory when a scenario starts anew."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record(result, failed=True)

    def _record(self, result: Any, *, failed: bool) -> None:
        if not result.task.action.endswith("converge"):
            return
        line = {
            "check": bool(result.task.check_mode),
            "failed": failed,
            "msg": result.result.get("msg", ""),
            "components": result.result.get("components", []),
            "remote_calls": result.result.get("remote_calls"),
        }
        with (Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "converged.jsonl").open("a", encoding="utf-8") as record:
            record.write(json.dumps(line) + "\n")
