# SPDX-License-Identifier: GPL-3.0-or-later
"""Costs for people: environments beside each other, the budget, and the line of a plan. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from . import estimate

if TYPE_CHECKING:
    from .._prices.file import Prices
    from .estimate import Difference, Estimate, Line

#: days after which somebody should look whether a price is still that
OLD = 180
NOT_COUNTED = "not counted: requests, traffic between zones, copies of the database beyond its size, taxes, what is free in a first year"


def table(every: Sequence[Estimate]) -> list[str]:
    """A line for each price, a column for each environment."""
    head = ["", *(one.environment for one in every)]
    fixed = _rows([one.fixed for one in every])
    used = _rows([one.by_use for one in every])
    last = ["together", *(_sum(one) for one in every)]
    rows = [head, *fixed, *([["by use, assumed"] + [""] * len(every), *used] if used else []), last]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]


def _rows(columns: list[list[Line]]) -> list[list[str]]:
    names = dict.fromkeys(one.what for column in columns for one in column)
    return [[name, *(_cell(name, column) for column in columns)] for name in names]


def _cell(name: str, column: list[Line]) -> str:
    found = next((one for one in column if one.what == name), None)
    if found is None:
        return "-"
    amount = "" if found.quantity == 1 else f"({found.quantity.normalize():f}) "
    return f"{amount}{'no price' if found.usd is None else estimate.cents(found.usd)}"


def _sum(one: Estimate) -> str:
    return f"{'at least ' if one.unknown else ''}{estimate.cents(one.usd)}"


def budget(one: Estimate) -> str:
    if one.budget is None:
        return f"budget of {one.environment}: none; aws_environment: budget: {{monthly_usd: …}} sets one"
    left = one.budget - one.usd
    if left < 0:
        over = f"{'at least ' if one.unknown else ''}{estimate.cents(-left)}"
        return f"budget of {one.environment}: {estimate.cents(one.budget)}, OVER by {over}"
    return f"budget of {one.environment}: {estimate.cents(one.budget)}, {'at most ' if one.unknown else ''}{estimate.cents(left)} left"


def notes(every: Sequence[Estimate], prices: Prices, today: str) -> Iterator[str]:
    missing = sorted({what for one in every for what in one.unknown})
    if missing:
        yield f"at least, since there is no price for {', '.join(missing)}"
    yield NOT_COUNTED
    sources = sorted({f"{one.source}, {one.date}" for one in prices.lines.values()})
    yield f"USD a month of 730 hours, {prices.region}, on demand, before taxes; prices: {'; '.join(sources)}"
    age = (datetime.date.fromisoformat(today) - datetime.date.fromisoformat(prices.oldest())).days
    if age > OLD:
        mended = "ansible-playbook -i localhost, echodiary.infra.cost -e cost_refresh=true"
        yield f"WARNING: prices are up to {age} days old; on a machine that reaches AWS: {mended}"


def planned(one: Estimate, difference: Difference) -> str:
    """The line of a plan."""
    sign = "+" if difference.usd >= 0 else "-"
    least = "at least " if difference.unknown else ""
    said = f"cost: {_sum(one)} USD a month as declared, {least}{sign}{estimate.cents(abs(difference.usd))} by this plan"
    missing = sorted({*one.unknown, *difference.unknown})
    said += f"; no price for {', '.join(missing)}" if missing else ""
    return said if one.budget is None else f"{said}; {budget(one)}"
