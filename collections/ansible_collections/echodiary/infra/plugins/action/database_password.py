# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of ``database_password``: the release changes a role's password, with a login that may."""

from __future__ import annotations

from typing import Any

from ..plugin_utils._database import password_options as options
from ..plugin_utils._database.administrator_call import AdministratorCall


class ActionModule(AdministratorCall[options.Options]):
    """``echodiary.infra.database_password: {image: …, role: shop_clone, password: …}``"""

    ARGUMENTS, RULES = options.ARGUMENTS, options.RULES

    def _answer(self, args: options.Options) -> dict[str, Any]:
        args = self._as_administrator(args)
        return options.result(args, self._in_release(options.request(args, look=self._check)))
