# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: environment -> host -> component -> resource, and how verdicts add up. Plain data, no I/O.

Times are UTC texts (2026-12-01T08:00:00Z), durations seconds. ``as_dict`` gives what the JSON Schema describes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypedDict, TypeVar

from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import worst_health, worst_sync
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import reserved

FORMAT = "echodiary.infra/drift"
VERSION = 1

SYNCED, OUT_OF_SYNC, UNKNOWN = "Synced", "OutOfSync", "Unknown"
#: What the AWS account is called: a host with one component
AWS, ACCOUNT = reserved.AWS, "account"
#: What a component of tasks that are not components is called; no role may have a name with a space.
TASKS = "other tasks"


@dataclass(frozen=True)
class Resource:
    """One thing that differs, or could not be looked at, or (a release) is worth showing although it is as declared."""

    resource: str
    sync: str = OUT_OF_SYNC
    action: str = "update"
    origin: str = "pending"
    why: str = ""
    #: field -> [found, declared]
    fields: dict[str, list[Any]] = field(default_factory=dict)
    diff: str = ""
    #: when this difference was first seen
    since: str = ""
    #: who moved: the commit on git's side, and what the host could tell
    git: dict[str, str] = field(default_factory=dict)
    host: dict[str, str] = field(default_factory=dict)
    #: reason and end, where somebody said that this difference is meant to be
    ignored: dict[str, str] = field(default_factory=dict)
    #: nobody declared it: it is let be in the inventory (baseline_allowed), not by an ignore rule
    undeclared: bool = False

    @property
    def counts(self) -> bool:
        return not self.ignored


class Age(TypedDict):
    """When ``what`` last went well; ``at`` is empty where nobody knows. Older than ``hours`` is too old."""

    what: str
    at: str
    hours: float


@dataclass(frozen=True)
class Component:
    name: str
    sync: str = SYNCED
    health: str = "Healthy"
    status: str = "ok"
    msg: str = ""
    notes: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    seconds: float = 0.0
    since: str = ""
    release: dict[str, Any] = field(default_factory=dict)
    #: what people said of it (out of traffic, maintenance; that deploys are frozen, or under a lease), by whom and until when
    said: tuple[str, ...] = ()
    #: of what it does by the clock, a backup for example: for a reader, who knows what time it is
    ages: tuple[Age, ...] = ()
    #: what a watcher does about it: detect, warn, heal; empty where nobody watches
    mode: str = ""
    #: reason and end of a pause, and who said it
    paused: dict[str, str] = field(default_factory=dict)
    flapping: bool = False


@dataclass(frozen=True)
class Host:
    name: str
    reached: bool = True
    msg: str = ""
    components: tuple[Component, ...] = ()
    #: components that were applied once and are no longer declared
    undeclared: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    remote_calls: int = 0
    seconds: float = 0.0

    @property
    def sync(self) -> str:
        return worst_sync(component.sync for component in self.components) if self.reached and not self.msg else UNKNOWN

    @property
    def health(self) -> str:
        return worst_health(component.health for component in self.components) if self.reached and not self.msg else UNKNOWN


class Verdict(TypedDict):
    """``out_of_sync``: how many resources."""

    time: str
    sync: str
    health: str
    out_of_sync: int


@dataclass(frozen=True)
class Report:
    environment: str
    time: str
    seconds: float = 0.0
    #: "check", or "apply" for a run that changed things: then resources are what was done
    mode: str = "check"
    #: commit, author, date, subject, branch and dirty ("yes" or "")
    git: dict[str, str] = field(default_factory=dict)
    hosts: tuple[Host, ...] = ()
    #: newest last
    history: tuple[Verdict, ...] = ()
    #: when the whole fleet could be judged last, whatever the judgement was
    last_verdict: str = ""
    #: what a reader has to know about the report as a whole
    notes: tuple[str, ...] = ()

    @property
    def sync(self) -> str:
        return worst_sync(host.sync for host in self.hosts) if self.hosts else UNKNOWN

    @property
    def health(self) -> str:
        return worst_health(host.health for host in self.hosts) if self.hosts else UNKNOWN

    def components(self) -> Iterator[tuple[Host, Component]]:
        return ((host, component) for host in self.hosts for component in host.components)

    def resources(self) -> Iterator[tuple[Host, Component, Resource]]:
        return ((host, component, found) for host, component in self.components() for found in component.resources)

    def differing(self) -> list[tuple[Host, Component, Resource]]:
        """What counts: not as declared, and nobody said that it may be."""
        return [entry for entry in self.resources() if entry[2].sync != SYNCED and entry[2].counts]

    def counts(self) -> dict[str, int]:
        each = [component for _host, component in self.components()]
        return {
            "hosts": len(self.hosts),
            "hosts_unreached": sum(not host.reached or bool(host.msg) for host in self.hosts),
            "components": len(each),
            "components_out_of_sync": sum(component.sync == OUT_OF_SYNC for component in each),
            "components_not_healthy": sum(component.health != "Healthy" for component in each),
            "resources": len(self.differing()),
        }

    def as_dict(self) -> dict[str, Any]:
        """With the roll-ups, so that a reader needs none of this code."""
        data = dataclasses.asdict(self)
        for host, listed in zip(self.hosts, data["hosts"], strict=True):
            listed.update(sync=host.sync, health=host.health)
        head = {"format": FORMAT, "version": VERSION, "sync": self.sync, "health": self.health, "counts": self.counts()}
        return {**head, **data}


Part = TypeVar("Part", Report, Host, Component, Resource)


def from_dict(data: dict[str, Any]) -> Report:
    """The report of a JSON document that the schema accepts."""
    hosts = tuple(
        _made(Host, {**host, "components": tuple(_component(component) for component in host["components"])}) for host in data["hosts"]
    )
    return _made(Report, {**data, "hosts": hosts})


def _component(data: dict[str, Any]) -> Component:
    return _made(Component, {**data, "resources": tuple(_made(Resource, found) for found in data["resources"])})


def _made(kind: type[Part], data: dict[str, Any]) -> Part:
    names = {one.name for one in dataclasses.fields(kind)}
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key in names}
    return kind(**given)


def rejudged(component: Component) -> Component:
    """The component's verdict after differences were ignored: what nobody counts does not make it out of sync."""
    if component.sync != OUT_OF_SYNC or component.status in ("failed", "taken_back"):
        return component
    return dataclasses.replace(component, sync=worst_sync(found.sync for found in component.resources if found.counts))
