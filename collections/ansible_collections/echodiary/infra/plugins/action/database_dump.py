# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_dump``: checks the arguments and makes the one call; the host does the work."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _dump_options as options
from ..plugin_utils import _remote
from ..plugin_utils._converge_errors import SpecError

FILES = ("errors", "client", "script", "toc", "store", "make", "sql", "rights", "restore", "main")
PACKAGE = _remote.Package("_dump", ("_ledger.files", "_ledger.records", "_ledger.shapes", *(f"_dump.{name}" for name in FILES)))


class ActionModule(ActionBase):
    """``echodiary.infra.database_dump: {state: created, id: …, image: …, host: …, database: …, user: …, password: …}``"""

    _supports_check_mode = True
    _supports_diff = True
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        _, arguments = self.validate_argument_spec(argument_spec=options.ARGUMENTS, **options.RULES)
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            manifest = options.manifest(arguments, self._task.check_mode)
            answer = _remote.call(self, PACKAGE, manifest, task_vars or {})
        except (SpecError, _remote.NoAnswerError) as error:
            raise AnsibleActionFail(str(error)) from error
        result.update(answer)
        if self._task.diff and "replaced" in answer:
            result["diff"] = options.diff(answer)
        return result
