# SPDX-License-Identifier: GPL-3.0-or-later
"""What the AWS account costs a month as it is declared, against its budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._cost import estimate, told
from .. import commands, model

if TYPE_CHECKING:
    from ..._cost.estimate import Estimate, Line
    from ..shapes import Plan

KEY, TITLE = "cost", "Cost"


def section(plan: Plan, found: Estimate | None, trouble: str) -> model.Section:
    """``found``: None where no account is declared; ``trouble``: why it cannot be told."""
    if trouble:
        return model.unknown(KEY, TITLE, trouble)
    if found is None:
        return model.absent(KEY, TITLE, "no AWS account is declared here")
    over = found.budget is not None and found.usd > found.budget
    state: model.State = "bad" if over else "unknown" if found.unknown else "good"
    at_least = "at least " if found.unknown else ""
    return model.Section(
        KEY,
        TITLE,
        state,
        f"{at_least}{estimate.cents(found.usd)} USD a month as declared; {told.budget(found)}",
        tiles=[
            model.Tile("a month, as declared", f"{at_least}{estimate.cents(found.usd)} USD", "no invoice: by list prices", state),
            _budget(found, state),
        ],
        tables=[model.Table(("", "quantity", "USD a month"), list(map(_row, [*found.fixed, *found.by_use])), frozenset({1, 2}))],
        todos=[_todo(plan, found)] if over else [],
        figures={
            "usd": float(found.usd),
            "budget": None if found.budget is None else float(found.budget),
            "unknown": list(found.unknown),
        },
    )


def _row(one: Line) -> tuple[str, ...]:
    return one.what, f"{one.quantity.normalize():f}", "no price" if one.usd is None else estimate.cents(one.usd)


def _budget(found: Estimate, state: model.State) -> model.Tile:
    if found.budget is None:
        return model.Tile("budget", "none", told.budget(found), "absent")
    return model.Tile("budget", f"{estimate.cents(found.budget)} USD", told.budget(found), state)


def _todo(plan: Plan, found: Estimate) -> model.Todo:
    return model.Todo(f"{told.budget(found)}: see what costs most, or raise it", commands.playbook(plan, "cost"))
