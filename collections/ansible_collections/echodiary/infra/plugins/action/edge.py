# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``edge``: one call that reads, decides and tells."""

from __future__ import annotations

from typing import TypedDict

from ..plugin_utils._calls.base import HostCall


class Options(TypedDict):
    traffic: str | None
    message: str | None
    drain: float
    backend: str


class ActionModule(HostCall[Options]):
    """``echodiary.infra.edge: {traffic: out}``"""

    ARGUMENTS = {
        "traffic": {"type": "str", "choices": ["in", "leaving", "out"]},
        "message": {"type": "str"},
        "drain": {"type": "float", "default": 30.0},
        "backend": {"type": "str", "default": ""},
    }
    PACKAGE = "_edge"
    BEARABLE = True
