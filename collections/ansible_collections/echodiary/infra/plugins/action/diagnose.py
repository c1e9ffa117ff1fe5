# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``diagnose``: one call per host, and its archive as a file that only its owner reads."""

from __future__ import annotations

import base64
import os
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _remote

PACKAGE = _remote.Package(
    "_diagnose",
    (
        "_converge.model",
        "_converge.http",
        "_converge.run",
        "_converge.docker",
        "_converge.haproxy",
        "_alembic.hiding",
        "_diagnose.redact",
        "_diagnose.collect",
        "_diagnose.summary",
        "_diagnose.main",
    ),
)
ARGUMENTS: dict[str, Any] = {
    "dest": {"type": "path", "required": True},
    "minutes": {"type": "int", "default": 60},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": True},
    "extra": {"type": "dict", "default": {}},
}


class ActionModule(ActionBase):
    """``echodiary.infra.diagnose: {dest: …}``"""

    _supports_check_mode = True
    _supports_diff = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        _, args = self.validate_argument_spec(argument_spec=ARGUMENTS)
        if not 1 <= args["minutes"] <= 1440:
            raise AnsibleActionFail(f"minutes: {args['minutes']} is not between 1 and a day")
        result: dict[str, Any] = super().run(tmp, task_vars)
        host = task_vars["inventory_hostname"]
        asked = {"check": self._task.check_mode, "name": host, "minutes": args["minutes"], "secrets": args["secrets"]}
        extra = {str(name): str(text) for name, text in args["extra"].items()}
        try:
            answer = _remote.call(self, PACKAGE, {**asked, "extra": extra}, task_vars)
            path = os.path.join(args["dest"], f"{host}.tar.gz")
            archive = base64.b64decode(answer.pop("archive"))
            if archive:
                _write(path, archive)
        except (_remote.NoAnswerError, OSError) as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(answer, path=path, size=len(archive))
        return result


def _write(path: str, content: bytes) -> None:
    """Redacted or not: whoever shares a machine with the one who looks need not read it."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
