# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry on the host: lines of log, newest first taken and oldest first told. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._host.errors import ConvergeError
from . import local, store

if TYPE_CHECKING:
    from .shapes import Answer, Asked


def run(asked: Asked) -> Answer:
    try:
        lines, cut = store.lines(asked) if asked["source"] == "store" else local.lines(asked)
    except ConvergeError as error:
        return {"changed": False, "failed": True, "msg": str(error)}
    return {"changed": False, "lines": lines, "cut": cut}
