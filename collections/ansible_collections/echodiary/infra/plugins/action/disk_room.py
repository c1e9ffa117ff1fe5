# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``disk_room``: one call that looks, and lets go of what nobody needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._database import kept_images


class Options(TypedDict):
    remove: bool
    keep: list[str]
    days: float
    journal: int
    full: int


class ActionModule(HostCall[Options]):
    """``echodiary.infra.disk_room: {remove: true}``"""

    ARGUMENTS = {
        "remove": {"type": "bool", "default": False},
        "keep": {"type": "list", "elements": "str", "default": []},
        "days": {"type": "float", "default": 7.0},
        "journal": {"type": "int", "default": 200},
        "full": {"type": "int", "default": 80},
    }
    PACKAGE = "_disk"
    BEARABLE = True

    def _manifest(self, args: Options) -> Mapping[str, Any]:
        if args["days"] < 0 or args["journal"] < 16:
            raise SpecError("days must not be negative, and the journal needs 16 MiB at least")
        return {**super()._manifest(args), "keep": [*args["keep"], *kept_images.of_host(self, self._vars)]}
