# SPDX-License-Identifier: GPL-3.0-or-later
"""Making an account as declared: kind by kind, each read again right before it is changed; and all of it taken back when a step fails.

What AWS was asked for last may have been done or not: the account says, nobody remembers.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from .._common import timestamps
from .._common.errors import SpecError
from . import model, take_back
from . import plan as planning
from .kinds import catalog
from .run import of_kind, planned

if TYPE_CHECKING:
    from .model import Change, Kind, Resource, Seen
    from .run import Run

#: how long what was made may stay unseen (s): AWS's answers are eventually consistent
ARRIVES = 60
_POLL = 1.0

_MADE = (model.CREATE, model.UPDATE, model.RESTART)


class AppliedError(SpecError):
    """A step failed. The line says which, why, what was taken back, what stayed, and what to do."""


class Choice(NamedTuple):
    """What people let be done besides: resources that may be replaced, and whether what nobody declares may go."""

    replace: frozenset[str] = frozenset()
    prune: bool = False

    def takes(self, change: Change) -> bool:
        if change.action == model.ORPHAN:
            return self.prune
        return change.action in _MADE or str(change.resource) in self.replace


def apply(run: Run, changes: list[Change], before: list[Seen], choice: Choice) -> None:
    """Of ``changes``, which were planned, those are done that are chosen.

    AppliedError when the account is not as declared afterwards.
    """
    chosen = [change for change in changes if choice.takes(change)]
    run.journal.opens()
    try:
        _make(run, [change for change in chosen if change.action != model.ORPHAN], before)
        _prune(run, [change for change in chosen if change.action == model.ORPHAN])
        _verify(run, choice)
    except BaseException as error:
        raise _failed(run, chosen, before, error) from error
    run.journal.closes("applied")


def _make(run: Run, changes: list[Change], before: list[Seen]) -> None:
    ids, done = planning.known_ids(before), 0
    for kind in catalog.KINDS:
        asked = {(change.resource, change.action) for change in of_kind(changes, kind)}
        if not asked:
            continue
        for change in _due(run, kind, asked, ids):
            began = time.monotonic()
            _one(run, kind, change, ids)
            done += 1
            run.tell(f"  {done}/{len(changes)}  {change.resource}  {change.action}  {timestamps.span(time.monotonic() - began)}")
        ids.update(planning.known_ids(_arrived(run, kind, {resource for resource, _ in asked})))


def _due(run: Run, kind: Kind, asked: set[tuple[Resource, str]], ids: dict[Resource, str]) -> list[Change]:
    """Of what was planned, what differs now: earlier kinds have brought some of it, and ids of others."""
    found, resources = run.seen(kind), {resource for resource, _ in asked}
    known = {**ids, **planning.known_ids(found)}
    due = [one for one in planning.plan(kind.declared(run.env), found, {kind.NAME: kind}, known) if one.resource in resources]
    return [one for one in due if one.action in _MADE or (one.resource, one.action) in asked]


def _one(run: Run, kind: Kind, change: Change, ids: dict[Resource, str]) -> None:
    if change.action == model.REPLACE and change.seen:
        run.remove(kind, change.seen)
        change = change._replace(seen=None)
    run.make(kind, change, ids)


def _arrived(run: Run, kind: Kind, asked: set[Resource]) -> list[Seen]:
    """As soon as all of ``asked`` are seen."""
    end = time.monotonic() + ARRIVES
    while True:
        found = run.seen(kind)
        missing = asked - {one.resource for one in found}
        if not missing:
            return found
        if time.monotonic() > end:
            raise SpecError(f"{min(map(str, missing))}: was made, and AWS does not show it after {ARRIVES} s; run again")
        time.sleep(_POLL)


def _prune(run: Run, changes: list[Change]) -> None:
    for kind in reversed(catalog.KINDS):
        for change in of_kind(changes, kind):
            if change.seen and not kind.KEPT:
                run.journal.begins(change)
                run.remove(kind, change.seen)
                run.journal.ends(change)
                run.tell(f"  {change.resource}  removed")


def _verify(run: Run, choice: Choice) -> None:
    """The account is read again: what was done has to be there."""
    left = [change for change in planned(run.env, run.everything()) if choice.takes(change)]
    if left:
        names = ", ".join(f"{change.resource} ({', '.join(change.fields)})" for change in left)
        raise SpecError(f"everything was done, and read again this still differs: {names}")


def _failed(run: Run, chosen: list[Change], before: list[Seen], error: BaseException) -> BaseException:
    run.tell("  failed; taking back what this run did")
    stayed = take_back.take_back(run, chosen, before)
    verdict = f"taken back, but for {', '.join(stayed)}" if stayed else "taken back: the account is as it was"
    run.journal.closes(f"failed; {verdict}")
    if not isinstance(error, SpecError):
        return error
    return AppliedError(f"{error}. What this run did was {verdict}. Mend it, and run the same command again")
