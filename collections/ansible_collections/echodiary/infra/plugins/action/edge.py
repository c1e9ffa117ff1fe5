# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``edge``: one call that reads, decides and tells."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common import identity


class Options(TypedDict):
    traffic: str | None
    message: str | None
    drain: float
    backend: str
    minutes: int | None


class ActionModule(HostCall[Options]):
    """``echodiary.infra.edge: {traffic: out}``"""

    ARGUMENTS = {
        "traffic": {"type": "str", "choices": ["in", "leaving", "out"]},
        "message": {"type": "str"},
        "drain": {"type": "float", "default": 30.0},
        "backend": {"type": "str", "default": ""},
        "minutes": {"type": "int"},
    }
    PACKAGE = "_edge"
    BEARABLE = True

    def _manifest(self, args: Options) -> Mapping[str, Any]:
        return {**super()._manifest(args), "who": identity.owner(os.environ)}
