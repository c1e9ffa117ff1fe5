# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories of a run, as a printed command names them. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def words(sources: Iterable[str]) -> list[str]:
    """``-i inventories/production``, one for each; none where there are none."""
    return [f"-i {shlex.quote(one)}" for one in sources]
