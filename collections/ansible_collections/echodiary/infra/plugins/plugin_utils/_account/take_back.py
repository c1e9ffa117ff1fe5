# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking back what a run did: what was there before is the declaration, and what it made goes. In the reverse order, as far as AWS lets it.

Nothing that a run removed can be brought back, and nothing is taken away that holds data, nor what that stands on: both are told.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError
from . import aws, model
from . import plan as planning
from .kinds import catalog
from .run import of_kind

if TYPE_CHECKING:
    from .model import Change, Kind, Seen
    from .run import Run


def take_back(run: Run, chosen: list[Change], before: list[Seen]) -> list[str]:
    """What stays as this run left it, each with why."""
    stayed: list[Stays] = []
    silent = ""
    had, held = {one.resource: one for one in before}, _Held(chosen)
    for kind in reversed(catalog.KINDS):
        mine = list(of_kind(chosen, kind))
        try:
            stayed += _of_kind(run, kind, mine, had, held) if mine else ()
        except aws.RefusedError as error:
            stayed += _unknown(run, mine, str(error))
        except SpecError as error:
            silent = silent or str(error)  # where nobody answers any more, why is said once
            stayed += _unknown(run, mine, silent)
    return _lines(stayed)


class Stays(NamedTuple):
    resource: model.Resource
    why: str


def _unknown(run: Run, mine: list[Change], why: str) -> list[Stays]:
    """All that this run began with is named: each may be there, or not."""
    return [Stays(one.resource, f"not known: {why}") for one in mine if one.resource in run.journal.begun]


def _lines(stayed: list[Stays]) -> list[str]:
    """Those that follow each other for the same reason share it."""
    return [
        f"{', '.join(str(one.resource) for one in some)} ({why})" for why, some in itertools.groupby(stayed, operator.attrgetter("why"))
    ]


class _Held:
    """What has to stay, since something that stays refers to it: kinds refer to earlier ones only, which are taken back later."""

    def __init__(self, chosen: list[Change]) -> None:
        self._wanted = {change.resource: change.wanted for change in chosen if change.wanted}
        self._by: dict[model.Resource, model.Resource] = {}

    def stays(self, resource: model.Resource) -> None:
        wanted = self._wanted.get(resource)
        for ref in planning.refs({**wanted.fields, **wanted.once}) if wanted else ():
            self._by.setdefault(model.Resource(*ref), resource)

    def by(self, resource: model.Resource) -> model.Resource | None:
        return self._by.get(resource)


def _of_kind(run: Run, kind: Kind, mine: list[Change], before: dict[model.Resource, Seen], held: _Held) -> list[Stays]:
    """An inverse that fails leaves the others to be tried, whatever it is that fails."""
    now = {one.resource: one for one in run.seen(kind)}
    tried = [_held_or(run, kind, now.get(one.resource), before.get(one.resource), held) for one in mine]
    after = {one.resource: one for one in run.seen(kind)}
    found = [
        Stays(one.resource, why or _left(kind, after.get(one.resource), before.get(one.resource)))
        for one, why in zip(mine, tried, strict=True)
    ]
    return [one for one in found if one.why]


def _held_or(run: Run, kind: Kind, now: Seen | None, before: Seen | None, held: _Held) -> str:
    holder = held.by(now.resource) if now and before is None else None
    why = f"made, and kept: {holder} needs it" if holder else _one(run, kind, now, before)
    if now and before is None and why:
        held.stays(now.resource)
    return why


def _one(run: Run, kind: Kind, now: Seen | None, before: Seen | None) -> str:
    """Why it stays as it is; empty where it was brought back, or was as it had been."""
    if now is None:
        return "removed, and not to be brought back" if before else ""
    if before is None and kind.KEPT:
        return "made, and kept: it may hold data" + ("" if now.settled else f" (it is {now.state})")
    if before is None and getattr(kind, "LASTS", False):
        return "made, and kept: the next run goes on with it"
    if before and now.id != before.id:
        return "replaced, and not to be brought back"
    if not _differs(now, before):
        return ""
    try:
        if before:
            run.restore(kind, now, before)
        else:
            run.remove(kind, now)
    except Exception as error:  # the account is in the middle of a change, and a fault of ours must not leave it there
        return " ".join(str(error).split()) or type(error).__name__
    return ""


def _left(kind: Kind, after: Seen | None, before: Seen | None) -> str:
    """What is part of something goes with it."""
    return "" if before is None and hasattr(kind, "PART_OF") else _differs(after, before)


def _differs(now: Seen | None, before: Seen | None) -> str:
    """How it is not as it was before."""
    if now is None or before is None:
        return "" if now is before else "still there" if now else "gone"
    names = [name for name in before.fields if not planning.same(now.fields.get(name), before.fields[name])]
    return f"differs: {', '.join(names)}" if names else ""
