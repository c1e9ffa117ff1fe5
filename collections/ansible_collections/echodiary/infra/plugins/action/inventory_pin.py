# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller only: one variable in a file of the inventory, in this process: what a deploy waits for has to be quick."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.parsing.yaml.dumper import AnsibleDumper
from ansible.plugins.action import ActionBase

ARGUMENTS: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "variable": {"type": "str", "required": True},
    "value": {"type": "raw", "required": True},
    "comment": {"type": "str", "required": True},
}


class ActionModule(ActionBase):
    """``echodiary.infra.inventory_pin: {path: …, variable: echodiary_image, value: …, comment: …}``"""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        result: dict[str, Any] = super().run(tmp, task_vars or {})
        path = Path(args["path"])
        try:
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            after = text(args["variable"], args["value"], args["comment"])
            if before != after and not self._task.check_mode:
                _write(path, after)
        except (OSError, ValueError) as error:
            raise AnsibleActionFail(f"{args['variable']} could not be written to {path}: {error}; it stays as it was") from None
        result.update(changed=before != after, path=str(path))
        if self._task.diff:
            result["diff"] = {"before": before, "after": after, "before_header": str(path), "after_header": str(path)}
        return result


def text(variable: str, value: Any, comment: str) -> str:
    """The file as it is to be. Pure."""
    said = "".join(f"# {line}\n" for line in comment.splitlines())
    return "---\n" + said + yaml.dump({variable: value}, Dumper=AnsibleDumper, width=10_000, allow_unicode=True)


def _write(path: Path, content: str) -> None:
    """Whoever reads it meanwhile sees the whole of what was or of what is."""
    descriptor, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        Path(new).chmod(0o644)
        Path(new).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(new).unlink()
        raise
