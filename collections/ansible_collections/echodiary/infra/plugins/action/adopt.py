# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: what hosts have and nobody declared, written into the inventory to be reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from ..module_utils._ledger import files
from ..plugin_utils._adopt import plan, written
from ..plugin_utils._calls.base import LocalAction
from ..plugin_utils._common.errors import SpecError


class Options(TypedDict):
    path: str
    found: dict[str, list[str]]
    reason: str
    last_day: str
    everywhere: bool


class ActionModule(LocalAction[Options]):
    """``echodiary.infra.adopt: {path: …, found: {app1: ["stranger:/etc/cron.d/backup"]}, reason: …}``"""

    ARGUMENTS = {
        "path": {"type": "path", "required": True},
        "found": {"type": "dict", "required": True},
        "reason": {"type": "str", "required": True},
        "last_day": {"type": "str", "default": ""},
        "everywhere": {"type": "bool", "default": False},
    }

    def _answer(self, args: Options) -> dict[str, Any]:
        path = Path(args["path"])
        added = plan.entries(args["found"], args["reason"], args["last_day"], everywhere=args["everywhere"])
        try:
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            after = written.text(before, added) if added else before
            if before != after and not self._check:
                path.parent.mkdir(parents=True, exist_ok=True)
                files.write(str(path), after, 0o644)
        except (OSError, ValueError) as error:
            raise SpecError(f"{written.VARIABLE} could not be written to {path}: {error}; it stays as it was") from None
        resources = sorted({one for entry in added for one in entry["resources"]})
        result = {"changed": before != after, "path": str(path), "resources": resources}
        diff = {"before": before, "after": after, "before_header": str(path), "after_header": str(path)}
        return {**result, "diff": diff} if self._task.diff else result
