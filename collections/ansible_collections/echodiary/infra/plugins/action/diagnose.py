# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``diagnose``: one call per host, and its archive as a file that only its owner reads."""

from __future__ import annotations

import base64
import os
from typing import Any, TypedDict

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common.errors import SpecError


class Options(TypedDict):
    dest: str
    minutes: int
    secrets: list[str]
    extra: dict[str, str | float]


class ActionModule(HostCall[Options]):
    """``echodiary.infra.diagnose: {dest: …}``"""

    ARGUMENTS = {
        "dest": {"type": "path", "required": True},
        "minutes": {"type": "int", "default": 60},
        "secrets": {"type": "list", "elements": "str", "default": [], "no_log": True},
        "extra": {"type": "dict", "default": {}},
    }
    PACKAGE = "_diagnose"

    def _manifest(self, args: Options) -> dict[str, Any]:
        if not 1 <= args["minutes"] <= 1440:
            raise SpecError(f"minutes: {args['minutes']} is not between 1 and a day")
        extra = {str(name): str(text) for name, text in args["extra"].items()}
        asked = {"minutes": args["minutes"], "secrets": args["secrets"], "extra": extra}
        return {"check": self._check, "name": self._vars["inventory_hostname"], **asked}

    def _answer(self, args: Options) -> dict[str, Any]:
        answer: dict[str, Any] = self._ask(self._manifest(args))
        path = os.path.join(args["dest"], f"{self._vars['inventory_hostname']}.tar.gz")
        archive = base64.b64decode(answer.pop("archive"))
        if archive:
            _write(path, archive)
        return {**answer, "path": path, "size": len(archive)}


def _write(path: str, content: bytes) -> None:
    """Redacted or not: whoever shares a machine with the one who looks need not read it."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
    except OSError as error:
        raise SpecError(str(error)) from error
