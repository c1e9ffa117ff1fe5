# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan and a teardown say of money. Beside the point: where nobody knows prices, that is what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from .._common.errors import SpecError
from .._prices import file
from . import estimate, told, usage
from .items import Item

if TYPE_CHECKING:
    from .._account.declaration import Environment
    from .._account.model import Change, Resource, Stays


def of_plan(env: Environment, changes: Iterable[Change], pruned: bool) -> str:
    """One line. It has to be true whatever becomes of it, and nothing fails for its sake."""
    try:
        prices = file.load(env.region)
        return told.planned(estimate.of(env, prices, usage.read({})), estimate.difference(changes, prices, pruned))
    except SpecError as error:
        return f"cost: unknown, {error}"


def of_kept(region: str, kept: Mapping[Resource, Stays]) -> dict[Resource, str]:
    """Of each that costs anything: what it costs as long as it is there."""
    try:
        prices = file.load(region)
    except SpecError as error:
        return {name: f"cost unknown, {error}" for name, stays in kept.items() if stays.price}
    found = {name: estimate.lines([Item(one.price, Decimal(str(one.amount)))], prices) for name, one in kept.items() if one.price}
    return {name: "no price" if lines[0].usd is None else f"{estimate.cents(lines[0].usd)} USD a month" for name, lines in found.items()}
