# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing what a kind asks for until it is known to be done.

Where an answer was lost, or says that there is nothing left to do, the account is read, and what it still lacks is asked for. So AWS is
never asked twice for a network of one name, and whatever a run did before the answer was lost is its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import aws, hands, settle

if TYPE_CHECKING:
    from .model import Calls, Kind, Resource, Seen
    from .run import Run

TRIES = 4
#: how long what was made may stay unseen (s): AWS's answers are eventually consistent
ARRIVES = 60
#: before the first look, twice as long before the next (s)
PAUSE = 1.0


def done(run: Run, kind: Kind, resource: Resource, seen: Seen | None, calls: Callable[[Seen | None], Calls]) -> None:
    """``calls``: what is left to ask for where the resource is as it is seen."""
    for attempt in range(TRIES - 1):
        try:
            hands.through(calls(seen), run.hands.do)
        except aws.UnsureError as error:
            run.tell(f"  {resource}  the account is read again: {error}")
            is_new = seen is None
            seen = _looked(run, kind, resource, PAUSE * 2**attempt, ARRIVES if is_new and not error.gone else 0)
            if is_new and seen is None and error.there:
                raise  # somebody else's, where it is not looked for
        else:
            return
    hands.through(calls(seen), run.hands.do)


def _looked(run: Run, kind: Kind, resource: Resource, pause: float, arrives: float) -> Seen | None:
    """What is just being made is waited for until it is seen, and until AWS is done with it."""
    end = time.monotonic() + arrives
    while True:
        run.holds()
        time.sleep(pause)
        found = _found(run, kind, resource)
        if found and not found.settled:
            settle.settle(run, [resource])
            return _found(run, kind, resource)
        if found or time.monotonic() >= end:
            return found


def _found(run: Run, kind: Kind, resource: Resource) -> Seen | None:
    return next((one for one in run.seen(kind) if one.resource == resource), None)
