# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_budget``: the release reads its database's numbers, the arithmetic is done here."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._database import budget_options as options
from ..plugin_utils._inside.remote import InsideCall


class ActionModule(InsideCall[options.Options]):
    """``echodiary.infra.database_budget: {image: …, hosts: 2, workers: 2, pool_size: 5, pool_overflow: 5}``"""

    ARGUMENTS, RULES = options.ARGUMENTS, options.RULES

    def _answer(self, args: options.Options) -> dict[str, Any]:
        asked = options.demand(args)
        return options.result(args, asked, self._in_release(options.reading(args)))
