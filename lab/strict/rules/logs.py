# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch Logs."""

from __future__ import annotations

from ..errors import RefusedError
from . import Asked, before

#: PutRetentionPolicy's own list, API reference
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


@before("logs:PutRetentionPolicy")
def legal_retention(asked: Asked) -> None:
    days = int(asked.get("retentionInDays", 0))
    if days not in RETENTIONS:
        legal = ", ".join(map(str, RETENTIONS))
        message = (
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{legal}]"
        )
        raise RefusedError("InvalidParameterException", message)
