# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``alembic``: reads through the release, lints, decides; the host half does what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plugin_utils._alembic import flow
from ..plugin_utils._alembic import options as options_of
from ..plugin_utils._database import component, owner
from ..plugin_utils._inside.remote import InsideCall


class ActionModule(InsideCall[Mapping[str, Any]]):
    """``echodiary.infra.alembic: {state: head, image: …}``"""

    ARGUMENTS, RULES = options_of.ARGUMENTS, options_of.RULES
    _supports_diff = True

    def _answer(self, args: Mapping[str, Any]) -> dict[str, Any]:
        named = args["as_owner_of"]
        login = owner.login(component.of(self, self._vars, named, "migration")) if named else None
        found = flow.run(options_of.parse(args), lambda runs: self._in_release(*owner.runs_as(login, runs)), self._check)
        if not self._task.diff:
            found.pop("diff", None)
        return {**found, "component": args["component"]} if args["component"] else found
