# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``frontend``: a build read and judged, its host asked, and brought what it lacks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from ansible import constants

from ..plugin_utils._calls.base import HostCall
from ..plugin_utils._common.errors import SpecError
from ..plugin_utils._component import roster, static, users
from ..plugin_utils._static import build, table

if TYPE_CHECKING:
    from ..module_utils._static.shapes import Answer, Asked, Failed


class Options(TypedDict):
    component: str
    state: str
    source: str | None
    release: str


class ActionModule(HostCall[Options]):
    """``echodiary.infra.frontend: {state: current, source: frontend/dist}``"""

    ARGUMENTS = {
        "component": {"type": "str", "default": "frontend"},
        "state": {"type": "str", "choices": ["staged", "current", "back", "verified", "kept", "read"], "default": "current"},
        "source": {"type": "path"},
        "release": {"type": "str", "default": ""},
    }
    RULES = {"required_if": [("state", "staged", ("source",))], "mutually_exclusive": [("source", "release")]}
    PACKAGE = "_static"
    _supports_diff = True

    def _answer(self, args: Options) -> Mapping[str, Any]:
        known = roster.Roster(self._loader, self._templar, self._vars, [args["component"]])
        entry = known.one(known.here.name, args["component"])
        if not entry.static:
            raise SpecError(f"{entry.component} hands out no static files (component.yml: static); name another component")
        declared = static.read(entry.component, entry.static)
        asked: Asked = {"check": self._check, "state": args["state"], "place": static.place(declared), "release": args["release"]}
        asked["edges"] = static.edges(declared, users.edges(known.entries(known.here.name), users.HOST))
        brought = build.read(self._found(args["source"]), declared.paths, declared.environment) if args["source"] else None
        if brought:
            asked["build"] = {"digest": brought.digest, "files": brought.files}
        elif args["state"] == "current" and not args["release"]:
            raise SpecError("which release? Name a build (source), or one that the host has (release)")
        return table.result(self._done(asked, brought), brought, check=self._check, diff=bool(self._task.diff))

    def _found(self, source: str) -> str:
        """Where it is typed, not beside the playbook."""
        return os.path.join(os.environ.get("PWD") or os.getcwd(), os.path.expanduser(source))

    def _done(self, asked: Asked, brought: build.Build | None) -> Answer:
        answer = self._said(asked)
        if not answer.get("lacks") or brought is None:
            return answer
        directory = self._make_tmp_path()
        try:
            return self._said({**asked, "archive": self._sent(brought, directory)})
        finally:
            self._remove_tmp_path(directory, force=True)

    def _sent(self, brought: build.Build, directory: str) -> str:
        with tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP) as local:
            local.write(brought.archive)
            local.flush()
            remote = self._connection._shell.join_path(directory, brought.digest)
            self._transfer_file(local.name, remote)
        return str(remote)

    def _said(self, asked: Asked) -> Answer:
        answer: Answer | Failed = self._ask(asked)
        if "failed" in answer:
            raise SpecError(answer["msg"])
        return answer
