# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at an account: what is there, what of it differs, who moved, and whose hand it was. Changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from ...module_utils._kinds.model import PENDING
from . import authors, balancers, guards, last_applied, observe, run, told
from . import plan as planning
from .kinds import vpc

if TYPE_CHECKING:
    from .aws import Aws
    from .declaration import Environment
    from .last_applied import Record
    from .model import Change, Seen
    from .told import Told


class Look(NamedTuple):
    """``told``: of each of ``changes``, as people and programs read it. ``notes``: what they should know besides."""

    seen: list[Seen]
    changes: list[Change]
    told: list[Told]
    notes: list[str]
    record: Record | None


def look(aws: Aws, env: Environment) -> Look:
    """RefusedError where a right is missing, SpecError for whatever else keeps anybody from judging."""
    guards.check_overlap(env, vpc.others(aws, env))
    balancers.check_zone(aws, env)
    with ThreadPoolExecutor(1) as pool:
        kept = pool.submit(last_applied.read, aws, env)
        seen = observe.everything(aws, env)
        known = kept.result()
    changes, ids = run.planned(env, seen), planning.known_ids(seen)
    origins = last_applied.origins(changes, ids, known.record)
    # what git alone moved needs nobody's name
    whose = authors.of(aws, [change for change, origin in zip(changes, origins, strict=True) if origin != PENDING], seen)
    notes = [*told.notes(seen), *known.notes, *whose.notes]
    return Look(seen, changes, told.plan(changes, ids, whose.authors, origins), notes, known.record)
