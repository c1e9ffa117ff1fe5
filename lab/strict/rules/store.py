# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of Systems Manager's store: how much of one costs nothing."""

from __future__ import annotations

from ..errors import RefusedError
from . import Asked, before

#: characters that a parameter of a tier may have
ROOM = {"Standard": 4096, "Advanced": 8192}


@before("ssm:PutParameter")
def is_not_too_long(asked: Asked) -> None:
    tier = asked.get("Tier", "Standard")
    most = ROOM.get(tier, ROOM["Advanced"])
    if len(asked.get("Value", "")) > most:
        raise RefusedError("ValidationException", f"{tier} tier parameters support a maximum parameter value of {most} characters.")
