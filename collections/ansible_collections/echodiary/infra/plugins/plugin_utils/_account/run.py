# SPDX-License-Identifier: GPL-3.0-or-later
"""One run: who reads, who does, where it is written down, and whom it is told. Shared by apply and by what takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .._common.errors import SpecError
from . import aws as reading
from . import hands, journal, model, observe, settle, sure
from . import plan as planning
from .kinds import catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible.plugins.action import ActionBase

    from .._calls.variables import TaskVars
    from .aws import Aws
    from .declaration import Environment
    from .hands import Hands
    from .journal import Journal
    from .model import Calls, Change, Goal, Ids, Json, Kind, Seen, Wanted


def alone() -> None:
    """Nothing says that anybody else could be at work."""


class Run(NamedTuple):
    """``tell``: a line for people while it goes on. ``holds``: an error where the account is another run's by now."""

    env: Environment
    aws: Aws
    hands: Hands
    journal: Journal
    tell: Callable[[str], None]
    holds: Callable[[], None] = alone

    def seen(self, kind: Kind) -> list[Seen]:
        """Of one kind, as it is now."""
        self.aws.forget()
        return observe.kind(self.aws, self.env, kind)

    def everything(self) -> list[Seen]:
        self.aws.forget()
        return observe.everything(self.aws, self.env)

    def make(self, kind: Kind, change: Change, ids: Ids) -> None:
        """One change, written down before it is begun and after it is done."""
        if change.wanted:
            self.holds()
            self.journal.begins(change)
            wanted = change.wanted
            sure.done(self, kind, change.resource, change.seen, lambda seen: _rest(kind, _goal(wanted, seen, ids)))
            self.journal.ends(change)

    def restore(self, kind: Kind, now: Seen, before: Seen) -> None:
        """As it was."""
        self.holds()
        sure.done(self, kind, now.resource, now, lambda seen: _rest(kind, _back(before, seen)) if seen else _nothing())

    def remove(self, kind: Kind, seen: Seen) -> None:
        settle.free(self, kind, seen)
        self.holds()
        sure.done(self, kind, seen.resource, seen, lambda now: kind.remove(now) if now else _nothing())
        settle.gone(self, kind, seen)


def begun(env: Environment, login: Mapping[str, str | None], action: ActionBase, task_vars: TaskVars, tell: Callable[[str], None]) -> Run:
    """Of a task. ``login``: as modules of amazon.aws take it."""
    aws = reading.of(login)
    return Run(env, aws, hands.Ansibles(action, task_vars, aws), journal.Journal(journal.place(env)), tell)


def _rest(kind: Kind, goal: Goal) -> Calls:
    """What it still takes."""
    is_so = goal.id and all(planning.same(goal.before.get(name), value) for name, value in goal.fields.items())
    return _nothing() if is_so else kind.hands(goal)


def _back(before: Seen, now: Seen) -> Goal:
    return model.Goal(before.resource.name, now.id, before.fields, {}, now.fields)


def _nothing() -> Calls:
    yield from ()


def _goal(wanted: Wanted, seen: Seen | None, ids: Ids) -> Goal:
    fields, once = ({name: _known(wanted, value, ids) for name, value in part.items()} for part in (wanted.fields, wanted.once))
    return model.Goal(wanted.resource.name, seen.id if seen else "", fields, once, seen.fields if seen else {})


def _known(wanted: Wanted, value: Json | model.Ref, ids: Ids) -> Json:
    found = planning.resolved(value, ids)
    for name in planning.missing(found):
        raise SpecError(f"{wanted.resource}: needs {name}, which is not there; run again, and it is made first")
    return found


def wanted(env: Environment) -> list[Wanted]:
    return [one for kind in catalog.KINDS for one in kind.declared(env)]


def kinds() -> dict[str, Kind]:
    return {kind.NAME: kind for kind in catalog.KINDS}


def planned(env: Environment, seen: list[Seen]) -> list[Change]:
    """All that differs in the account. Pure."""
    return planning.plan(wanted(env), seen, kinds(), planning.known_ids(seen))


def of_kind(changes: list[Change], kind: Kind) -> Iterator[Change]:
    return (change for change in changes if change.resource.kind == kind.NAME)
