# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a component in two slots: rolled, put right in place, or left; and what people are told of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._kinds import model
from . import traffic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._converge import exchange
    from .._host import haproxy
    from .._kinds import documents, remembered

RESTARTED, PREVIOUS = "restarted", "previous"


class Planned(NamedTuple):
    """What differs from git in the slot that serves, and what that was last applied with."""

    services: Sequence[model.Change]
    processes: Sequence[model.Change]
    last: Mapping[str, remembered.AppliedService]


def rolls(active: str, release: documents.ReleaseSpec, planned: Planned, wanted: Mapping[str, documents.ServiceSpec]) -> bool:
    """Would putting it right replace or restart the container that serves?"""
    if not active:
        return False
    if release["state"] == RESTARTED:
        return True
    for change in planned.services:
        same = _digest(planned.last.get(change.name)) == _digest(wanted.get(change.name))
        if change.resource.kind == "service" and (change.action == "update" or (change.action in ("create", "start") and not same)):
            return True
    return any(change.action == "restart" and change.resource.kind == "process" for change in planned.processes)


def _digest(service: remembered.AppliedService | documents.ServiceSpec | None) -> str:
    return service["digest"] if service else ""


class Traffic(NamedTuple):
    """Who gets it. ``servers``: None where HAProxy does not answer; ``idle_runs``: a container of the other slot; ``trial``: the slot that
    a run, killed or still going on, gave a share of it."""

    edge: haproxy.EdgeSpec
    active: str
    idle: str
    servers: dict[str, haproxy.Server] | None
    idle_runs: bool
    trial: str
    ports: Mapping[str, int]

    @property
    def origin(self) -> str:
        """A slot on trial is nobody's hand."""
        return model.PENDING if self.trial else model.CORRECTIVE

    @property
    def is_judged(self) -> bool:
        """Of one that is rolled it is not asked how its traffic stands: it moves."""
        return bool(self.active) and (self.servers is not None or self.idle_runs)


def rolling(planned: list[model.Change], unfinished: list[model.Change], found: Traffic) -> list[model.Change]:
    """All that differs, of a component that is rolled: the traffic moves, so that no request is lost."""
    origin = model.merged_origin([change.origin for change in planned])
    why = "rolled, so that no request is lost" if found.active else ""
    switch = model.Change(model.Resource("traffic", found.edge["backend"]), "switch", origin, {"slot": [found.active, found.idle]}, why=why)
    return [*planned, switch, *unfinished]


def in_place(planned: list[model.Change], unfinished: list[model.Change], found: Traffic) -> list[model.Change]:
    """All that differs, of one that is not."""
    changes = list(planned)
    if found.active and found.servers is not None:
        changes += traffic.plan(found.edge, found.servers, found.active, found.origin, found.ports)
    changes += unfinished
    if found.active and found.idle_runs:
        changes.append(model.Change(model.Resource("slot", found.idle), "stop", found.origin, {"state": ["running", "resting"]}))
    return changes


def brings_image(release: documents.ReleaseSpec, active: str, running: str, planned: Planned, *, rolled: bool) -> bool:
    """Does it come with an image that the schema is migrated for first? ``running``: the image of the slot that serves."""
    if not release["migrate"] or release["migrated"]:
        return False
    return rolled and running != release["image"] if active else bool(planned.services)


def back(found: Traffic, now: exchange.Held, held: exchange.Held) -> model.Change:
    """``now`` gives way to what is ``held`` by the other slot."""
    fields = {
        "slot": [found.active, found.idle],
        "image": [now["image"], held["image"]],
        "config": [now["config"], held["config"]],
    }
    resource = model.Resource("traffic", found.edge["backend"])
    return model.Change(resource, "switch", model.PENDING, fields, why="back to the previous release")


def sync(told: str, found: Traffic, *, unsettled: bool) -> str:
    """Traffic that could not be looked at is not in sync; a slot that was not put to rest is out of it."""
    if unsettled:
        return "OutOfSync"
    return "Unknown" if told == "Synced" and found.active and found.servers is None else told


def of_idle(changes: list[model.Change], idle: str) -> model.Change | None:
    """That what rests is made anew, or why it cannot be."""
    return next((change for change in changes if change.resource == ("slot", idle) and change.action != "stop"), None)
