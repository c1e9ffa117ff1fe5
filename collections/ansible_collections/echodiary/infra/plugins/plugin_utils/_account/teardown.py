# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking a whole environment away: the other way round than it was made, with a last snapshot of its database.

What outlives it is looked for and told with the command that ends it: what was saved, images, keys, snapshots. Nothing is taken back:
where a step fails, the same command goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._common import timestamps
from .._common.errors import SpecError
from . import leasing, model, snapshots
from . import run as running
from .kinds import balancer, catalog, database, instance, lease_table

if TYPE_CHECKING:
    from .declaration import Environment
    from .model import Kind, Resource, Seen
    from .run import Run

#: of a declared name, and somebody else's
_NOT_OURS = "does not bear the environment's tags, so it is somebody else's"
#: kind -> the field by which it refuses
_PROTECTED = {database.NAME: "deletion_protection", balancer.NAME: "deletion_protection", instance.NAME: "protected"}


class Fate(NamedTuple):
    """``stays``: why, and what it costs; None of what goes."""

    resource: Resource
    seen: Seen | None
    stays: model.Stays | None


class TornError(SpecError):
    """A step failed. The line says which, why, and that the same command goes on."""


def check(env: Environment, confirm: str | None) -> None:
    """``confirm``: what was typed, None where nothing will be taken away. SpecError where it must not be."""
    if confirm is not None and confirm != env.name:
        raise SpecError(
            f"this takes away all of {env.prefix} in account {env.account}, and confirm is '{confirm}': "
            f"to look, the same command with --check; to do it, -e confirm={env.name}"
        )
    if env.declared["protected"]:
        raise SpecError(
            "aws_environment.protected is true, which is the default: write `protected: false` into aws_environment, commit it, "
            "ansible-playbook echodiary.infra.provision with the same inventory, and this command again"
        )


def check_unprotected(seen: Iterable[Seen]) -> None:
    """What was declared has to be in the account, too: somebody looked at it in between."""
    held = [str(one.resource) for one in seen if one.ours and one.fields.get(_PROTECTED.get(one.resource.kind, ""))]
    if held:
        raise SpecError(
            f"still protected in the account: {', '.join(held)}; ansible-playbook echodiary.infra.provision with the same inventory, "
            "and this command again"
        )


def planned(this: Run, seen: Iterable[Seen]) -> list[Fate]:
    """In the order in which it goes; what stays comes last. Changes nothing."""
    seen = list(seen)
    fates = [Fate(one.resource, one, _stays(this, one)) for one in seen if one.ours or hasattr(_kind(one), "stays")]
    going = {fate.resource for fate in fates if not fate.stays}
    fates += [Fate(one.resource, one, None) for one in seen if _goes_with(one) in going and any(one.fields.values())]
    fates.sort(key=lambda one: (one.stays is not None, _place(one.resource)))
    return fates + [Fate(name, None, stays) for name, stays in snapshots.kept(this.aws, this.env)]


def _kind(seen: Seen) -> Kind:
    return catalog.named(seen.resource.kind)


def _goes_with(seen: Seen) -> Resource:
    """What it is a part of: groups name each other in their rules, and AWS lets none go that is named."""
    return model.Resource(getattr(_kind(seen), "PART_OF", ""), seen.resource.name)


def _stays(this: Run, seen: Seen) -> model.Stays | None:
    look = getattr(_kind(seen), "stays", None)
    found: model.Stays | None = look(this.aws, seen) if look else None
    return found or (None if seen.ours else model.Stays(_NOT_OURS))


def _place(resource: Resource) -> int:
    """Leases are kept to the end: the run's own is among them."""
    return 1 if resource.kind == lease_table.NAME else -catalog.place(resource.kind)


def tear_down(this: Run, fates: list[Fate]) -> list[Fate]:
    """Those that go; what is there afterwards. TornError names the step that failed."""
    going = [fate.seen for fate in fates if fate.seen and not fate.stays]
    this.journal.opens()
    try:
        for number, seen in enumerate(going, 1):
            _remove(this, seen, f"{number}/{len(going)}")
        after = planned(this, this.everything())
        if left := [str(fate.resource) for fate in after if not fate.stays]:
            raise SpecError(f"everything was done, and read again this is still there: {', '.join(left)}")
    except leasing.LostError:
        this.journal.closes("stopped: the account is another run's")
        raise
    except SpecError as error:
        this.journal.closes("failed; nothing is taken back")
        raise TornError(
            f"{error}. What was taken away before stays away; mend it, and run the same command again: it goes on from here"
        ) from error
    except BaseException:
        this.journal.closes("failed; nothing is taken back")
        raise
    this.journal.closes("torn down")
    return after


def _remove(this: Run, seen: Seen, place: str) -> None:
    began = time.monotonic()
    change = model.Change(seen.resource, model.REMOVE, {}, None, seen)
    if seen.resource.kind == lease_table.NAME:
        # whoever asked for the lease would have nobody to ask
        this = this._replace(holds=running.alone)
    this.journal.begins(change)
    this.remove(_kind(seen), seen)
    this.journal.ends(change)
    this.tell(f"  {place}  {seen.resource}  removed  {timestamps.span(time.monotonic() - began)}")


def lines(fates: Iterable[Fate], costs: Mapping[Resource, str]) -> Iterator[str]:
    """As people read it. ``costs``: of what stays."""
    fates = list(fates)
    for fate in fates:
        if not fate.stays:
            yield f"- {fate.resource}"
    for fate in fates:
        if fate.stays:
            cost = f"; {costs[fate.resource]}" if fate.resource in costs else ""
            yield f"= {fate.resource}  {fate.stays.why}{cost}"
            if fate.stays.command:
                yield f"    to end it: {fate.stays.command}"


def total(fates: Iterable[Fate]) -> str:
    fates = list(fates)
    going = sum(not fate.stays for fate in fates)
    return f"{going} to take away · {len(fates) - going} kept"
