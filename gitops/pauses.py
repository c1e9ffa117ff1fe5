# SPDX-License-Identifier: GPL-3.0-or-later
"""Pauses: nothing is put right in their scope until they end. Each has a reason and an end; there is no pause for good."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from pydantic import TypeAdapter

from gitops.errors import GitopsError
from gitops.policy import Scope
from gitops.refusals import checked
from gitops.workspace import Workspace, held, read_json, write_json

LONGEST = 30 * 86400.0


@dataclass(frozen=True)
class Pause:
    host: str
    component: str
    reason: str
    until: float
    who: str
    since: float

    def covers(self, host: str, component: str, now: float) -> bool:
        return now < self.until and Scope((self.host,), (self.component,)).covers(host, component)


_PAUSES = TypeAdapter(list[Pause])


def read(place: Workspace) -> list[Pause]:
    return checked(_PAUSES, read_json(place.state / "pauses.json", []), "pauses.json")


def add(place: Workspace, pause: Pause, now: float) -> None:
    """The newest pause of a scope replaces the one before it."""
    if pause.until <= now:
        raise GitopsError(
            f"the pause would have ended already, at {timestamps.to_text(pause.until)}; give an end that is to come: --for 2h"
        )
    if pause.until > now + LONGEST:
        raise GitopsError(
            f"the pause would last beyond {timestamps.to_text(now + LONGEST)}; give an end within 30 days, and renew it when it is due"
        )
    if not pause.reason.strip():
        raise GitopsError("a pause needs a reason that others will understand; give it with --reason")
    with held(place, "pauses"):
        kept = [one for one in read(place) if (one.host, one.component) != (pause.host, pause.component) and one.until > now]
        _write(place, [*kept, pause])


def remove(place: Workspace, host: str, component: str, now: float, *, needed: bool = True) -> list[Pause]:
    """The pauses that ended by this; none is a mistake where one is ``needed``."""
    with held(place, "pauses"):
        return _removed(place, host, component, now, needed=needed)


def _removed(place: Workspace, host: str, component: str, now: float, *, needed: bool) -> list[Pause]:
    found = read(place)
    ended = [one for one in found if now < one.until and (one.host, one.component) == (host, component)]
    if not ended and needed:
        active = "; ".join(f"{one.host} {one.component}" for one in found if now < one.until) or "none"
        raise GitopsError(f"no pause of {host} {component} is active (active: {active})")
    _write(place, [one for one in found if one not in ended and one.until > now])
    return ended


def _write(place: Workspace, pauses: list[Pause]) -> None:
    write_json(place.state / "pauses.json", [asdict(one) for one in pauses])
