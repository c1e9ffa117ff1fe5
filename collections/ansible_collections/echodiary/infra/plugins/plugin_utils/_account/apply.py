# SPDX-License-Identifier: GPL-3.0-or-later
"""Making an account as declared: kind by kind, each read again right before it is changed; and all of it taken back when a step fails.

What AWS was asked for last may have been done or not: the account says, nobody remembers.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from .._common import timestamps
from .._common.errors import SpecError
from . import leasing, model, settle, sure, take_back, told
from . import plan as planning
from .kinds import catalog
from .run import of_kind, planned, wanted

if TYPE_CHECKING:
    from .model import Change, Kind, Resource, Seen
    from .run import Run

_POLL = 1.0

#: what AWS refuses to do at once with one resource is done in as many goes
_PASSES = 3
_MADE = (model.CREATE, model.UPDATE, model.RESTART)


class AppliedError(SpecError):
    """A step failed. The line says which, why, what was taken back, what stayed, and what to do."""


class Choice(NamedTuple):
    """What people let be done besides: resources that may be replaced, whether what nobody declares may go; and whether what a change
    restarts may be changed."""

    replace: frozenset[str] = frozenset()
    prune: bool = False
    restart: bool = True

    def takes(self, change: Change) -> bool:
        """What would be lost with it is neither replaced nor removed, whatever people say."""
        if change.action in (model.ORPHAN, model.KEEP):
            return self.prune and change.action == model.ORPHAN
        if change.action == model.RESTART:
            return self.restart
        return change.action in _MADE or (str(change.resource) in self.replace and not catalog.named(change.resource.kind).KEPT)


def apply(run: Run, changes: list[Change], before: list[Seen], choice: Choice) -> list[Seen]:
    """Of ``changes``, which were planned, those are done that are chosen; what is there afterwards.

    AppliedError when the account is not as declared afterwards.
    """
    chosen = [change for change in changes if choice.takes(change)]
    run.journal.opens()
    try:
        _made(run, [change for change in chosen if change.action != model.ORPHAN], before)
        _prune(run, [change for change in chosen if change.action == model.ORPHAN])
        after = _verify(run, choice)
    except leasing.LostError:
        run.journal.closes("stopped: the account is another run's")
        raise
    except BaseException as error:
        raise _failed(run, chosen, before, error) from error
    run.journal.closes("applied")
    return after


def _made(run: Run, changes: list[Change], before: list[Seen]) -> None:
    """What AWS does one after the other is done one after the other: as long as something is left of what is there, and gets less."""
    replaced = {change.resource for change in changes if change.action == model.REPLACE}
    asked = {change.resource for change in changes} | _standing_on(run, replaced)
    _make(run, changes, before)
    for _ in range(_PASSES - 1):
        settle.settle(run, asked)
        before = run.everything()
        changes = [one for one in planned(run.env, before) if one.action in _MADE and one.resource in asked]
        if not changes:
            return
        _make(run, changes, before)
    settle.settle(run, asked)


def _standing_on(run: Run, replaced: set[Resource]) -> set[Resource]:
    """What names one that is replaced names the new one as well: a host's address, and its place behind the load balancer."""
    return {one.resource for one in wanted(run.env) if any(model.Resource(*ref) in replaced for ref in planning.refs(one.fields))}


def _make(run: Run, changes: list[Change], before: list[Seen]) -> None:
    ids, done = planning.known_ids(before), 0
    for kind in catalog.KINDS:
        asked = {(change.resource, change.action) for change in of_kind(changes, kind)}
        if not asked:
            continue
        _await(run, kind, changes)
        for change in _due(run, kind, asked, ids):
            began = time.monotonic()
            _one(run, kind, change, ids)
            done += 1
            run.tell(f"  {done}/{len(changes)}  {change.resource}  {change.action}  {timestamps.span(time.monotonic() - began)}")
        ids.update(planning.known_ids(_arrived(run, kind, {resource for resource, _ in asked})))


def _await(run: Run, kind: Kind, changes: list[Change]) -> None:
    """What AWS has to be done with before this kind can be made: a kind names it by ``AWAITS``."""
    names = getattr(kind, "AWAITS", ())
    meant = [change.wanted for change in of_kind(changes, kind) if change.wanted]
    needs = {model.Resource(*ref) for one in meant for ref in planning.refs({**one.fields, **one.once}) if ref.kind in names}
    if needs:
        settle.settle(run, needs)


def _due(run: Run, kind: Kind, asked: set[tuple[Resource, str]], ids: dict[Resource, str]) -> list[Change]:
    """Of what was planned, what differs now: earlier kinds have brought some of it, and ids of others."""
    found, resources = run.seen(kind), {resource for resource, _ in asked}
    if any(not one.settled for one in found if one.resource in resources):
        settle.settle(run, resources)
        found = run.seen(kind)
    known = {**ids, **planning.known_ids(found)}
    due = [one for one in planning.plan(kind.declared(run.env), found, {kind.NAME: kind}, known) if one.resource in resources]
    return [one for one in due if one.action in _MADE or (one.resource, one.action) in asked]


def _one(run: Run, kind: Kind, change: Change, ids: dict[Resource, str]) -> None:
    if change.action == model.REPLACE and change.seen:
        run.journal.begins(change)
        run.remove(kind, change.seen)
        change = change._replace(seen=None)
    run.make(kind, change, ids)


def _arrived(run: Run, kind: Kind, asked: set[Resource]) -> list[Seen]:
    """As soon as all of ``asked`` are seen."""
    end = time.monotonic() + sure.ARRIVES
    while True:
        found = run.seen(kind)
        missing = asked - {one.resource for one in found}
        if not missing:
            return found
        if time.monotonic() > end:
            raise SpecError(f"{min(map(str, missing))}: was made, and AWS does not show it after {sure.ARRIVES} s; run again")
        time.sleep(_POLL)


def _prune(run: Run, changes: list[Change]) -> None:
    for kind in reversed(catalog.KINDS):
        for change in of_kind(changes, kind):
            if change.seen:
                run.journal.begins(change)
                run.remove(kind, change.seen)
                run.journal.ends(change)
                run.tell(f"  {change.resource}  removed")


def _verify(run: Run, choice: Choice) -> list[Seen]:
    """The account is read again: what was done has to be there."""
    found = run.everything()
    left = [change for change in planned(run.env, found) if choice.takes(change)]
    if left:
        names = ", ".join(f"{change.resource} ({', '.join(change.fields)})" for change in left)
        raise SpecError(f"everything was done, and read again this still differs: {names}")
    for line in told.notes(found):
        run.tell(f"  {line}")
    return found


def _failed(run: Run, chosen: list[Change], before: list[Seen], error: BaseException) -> BaseException:
    run.tell("  failed; taking back what this run did")
    stayed = take_back.take_back(run, chosen, before)
    verdict = f"taken back, but for {', '.join(stayed)}" if stayed else "taken back: the account is as it was"
    run.journal.closes(f"failed; {verdict}")
    if not isinstance(error, SpecError):
        return error
    return AppliedError(f"{error}. What this run did was {verdict}. Mend it, and run the same command again")
