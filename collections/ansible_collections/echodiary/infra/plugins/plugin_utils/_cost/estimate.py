# SPDX-License-Identifier: GPL-3.0-or-later
"""Sums: of an environment as it is declared, and of what a plan changes. Exact until it is shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from .._account import model
from .._account.kinds import catalog
from . import items, usage

if TYPE_CHECKING:
    from .._account.declaration import Environment
    from .._account.model import Change
    from .._prices.file import Prices
    from .items import Item

_CENT = Decimal("0.01")


class Line(NamedTuple):
    """``usd``: a month; None where there is no price for it."""

    what: str
    quantity: Decimal
    usd: Decimal | None


class Estimate(NamedTuple):
    """``fixed``: while it is there; ``by_use``: of what is assumed; ``budget``: USD a month, None where nobody has set one."""

    environment: str
    fixed: list[Line]
    by_use: list[Line]
    budget: Decimal | None = None

    @property
    def usd(self) -> Decimal:
        return total([*self.fixed, *self.by_use])

    @property
    def unknown(self) -> list[str]:
        return unknown([*self.fixed, *self.by_use])


class Difference(NamedTuple):
    usd: Decimal
    unknown: list[str]


def of(env: Environment, prices: Prices, used: Mapping[str, Decimal]) -> Estimate:
    paid = [kind for kind in catalog.KINDS if kind.NAME not in items.FREE | items.BY_USE]
    fixed = [item for kind in paid for wanted in kind.declared(env) for item in items.of(kind.NAME, wanted.fields)]
    budget = env.declared["budget"]
    limit = None if budget is None else Decimal(str(budget["monthly_usd"]))
    return Estimate(env.name, lines(fixed, prices), lines(usage.items(used, env.declared), prices), limit)


def lines(every: Iterable[Item], prices: Prices) -> list[Line]:
    """One for each price, in the order in which they come."""
    amounts: dict[str, Decimal] = {}
    for one in every:
        amounts[one.what] = amounts.get(one.what, Decimal(0)) + one.quantity
    return [Line(what, quantity, _usd(what, quantity, prices)) for what, quantity in amounts.items()]


def _usd(what: str, quantity: Decimal, prices: Prices) -> Decimal | None:
    price = prices.lines.get(what)
    return price.monthly(quantity) if price else None


def total(every: Iterable[Line]) -> Decimal:
    return sum((one.usd for one in every if one.usd is not None), Decimal(0))


def unknown(every: Iterable[Line]) -> list[str]:
    return [one.what for one in every if one.usd is None]


def difference(changes: Iterable[Change], prices: Prices, pruned: bool) -> Difference:
    """What a plan adds to a month. ``pruned``: what nobody declares goes, too."""
    after: list[Item] = []
    before: list[Item] = []
    for change in changes:
        gone = change.action == model.ORPHAN and pruned
        if change.refused or (change.wanted is None and not gone):
            continue
        before += items.of(change.resource.kind, change.seen.fields) if change.seen else []
        after += items.of(change.resource.kind, change.wanted.fields) if change.wanted else []
    new, old = lines(after, prices), lines(before, prices)
    return Difference(total(new) - total(old), sorted({*unknown(new), *unknown(old)}))


def cents(usd: Decimal) -> str:
    return f"{usd.quantize(_CENT, ROUND_HALF_UP):,}"
