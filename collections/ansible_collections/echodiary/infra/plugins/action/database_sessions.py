# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_sessions``: the release reads who is connected, the choice is made here, the release ends those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..plugin_utils._database import sessions_options as options
from ..plugin_utils._database import sessions_plan as plan
from ..plugin_utils._database.administrator_call import AdministratorCall

if TYPE_CHECKING:
    from ..module_utils._inside.shapes import Session, Sessions


class ActionModule(AdministratorCall[options.Options]):
    """``echodiary.infra.database_sessions: {image: …, end: idle, older_than: 600}``"""

    ARGUMENTS, RULES = options.ARGUMENTS, options.RULES

    def _answer(self, args: options.Options) -> dict[str, Any]:
        args = self._as_administrator(args)
        rule = options.rule(args)
        found = self._facts(args, [])
        choice = plan.choose(found["sessions"], rule)
        end = bool(choice.victims) and not self._check
        done = self._facts(args, plan.orders(choice.victims)) if end else None
        return options.result(found, choice, done)

    def _facts(self, args: options.Options, orders: list[Session]) -> Sessions:
        return options.facts(args, self._in_release(options.request(args, orders)))
