# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: one variable in a file of the inventory, in this process: what a deploy waits for has to be quick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from ..module_utils._ledger import files
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common import pinned
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json


class Options(TypedDict):
    path: str
    variable: str
    value: Json
    comment: str


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.inventory_pin: {path: …, variable: shop_image, value: …, comment: …}``"""

    ARGUMENTS = {
        "path": {"type": "path", "required": True},
        "variable": {"type": "str", "required": True},
        "value": {"type": "raw", "required": True},
        "comment": {"type": "str", "required": True},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        path = Path(args["path"])
        try:
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            after = pinned.text(before, args["variable"], args["value"], args["comment"])
            if before != after and not self._check:
                files.write(str(path), after, 0o644)
        except (OSError, ValueError) as error:
            raise SpecError(f"{args['variable']} could not be written to {path}: {error}; it stays as it was") from None
        result = {"changed": before != after, "path": str(path)}
        diff = {"before": before, "after": after, "before_header": str(path), "after_header": str(path)}
        return {**result, "diff": diff} if self._task.diff else result
