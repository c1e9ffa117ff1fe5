# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of money. Beside the point: where nobody knows prices, that is what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._common.errors import SpecError
from .._prices import file
from . import estimate, told, usage

if TYPE_CHECKING:
    from .._account.declaration import Environment
    from .._account.model import Change


def of_plan(env: Environment, changes: Iterable[Change], pruned: bool) -> str:
    """One line. It has to be true whatever becomes of it, and nothing fails for its sake."""
    try:
        prices = file.load(env.region)
        return told.planned(estimate.of(env, prices, usage.read({})), estimate.difference(changes, prices, pruned))
    except SpecError as error:
        return f"cost: unknown, {error}"
