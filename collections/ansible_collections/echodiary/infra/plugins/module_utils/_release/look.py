# SPDX-License-Identifier: GPL-3.0-or-later
"""How the two slots of a component stand: what was found on the host, and what a run has made of it since."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._converge import occupied, state
from .._host import docker, haproxy
from .._kinds import compose, model
from . import idle_slot, slots

if TYPE_CHECKING:
    from .._converge import exchange
    from .._converge.host import Host
    from .._kinds import documents, remembered


class Standing:
    """``active``: the slot that serves, empty before the first release; ``serving``: that, or the first; ``idle``: the other one.

    ``servers``: None where HAProxy does not answer, none of a release that nobody asks. ``notes`` are for people, ``seconds`` by step.
    ``unsettled``: something was left for the next run.
    """

    def __init__(self, spec: documents.RolledSpec, host: Host) -> None:
        self.spec, self.host = spec, host
        self.release: documents.ReleaseSpec = spec["release"]
        self.edge: haproxy.EdgeSpec = self.release["haproxy"]
        self.names = list(self.release["slots"])
        self.record = slots.load(host.state_dir, spec["name"], host.notes)
        self.notes: list[str] = []
        self.unsettled = False
        self.seconds: dict[str, float] = {}
        self._lap = time.monotonic()
        self.servers = self._servers()
        self.live = self._live()
        self.running = {slot: idle_slot.runs(live) for slot, live in self.live.items()}
        known = self.servers if self.edge["socket"] else slots.as_they_run(self.running)
        self.active = slots.serving(self.names, self.record, known, self.running)
        self.serving = self.active or self.names[0]
        self.idle = slots.other(self.names, self.serving)

    def _servers(self) -> dict[str, haproxy.Server] | None:
        if not self.edge["socket"]:
            return {}
        try:
            return haproxy.servers(self.edge)
        except haproxy.HaproxyError as error:
            self.notes.append(str(error))
            return None

    def _live(self) -> dict[str, idle_slot.Live]:
        """The containers of each slot; nothing where the engine does not run."""
        return {slot: compose.read(self.project(slot)) for slot in self.names} if docker.running() else {}

    def project(self, slot: str) -> documents.ProjectPlace:
        return slots.project(self.spec, slot)

    def held(self, slot: str) -> exchange.Held:
        return self.record["releases"].get(slot) or {"image": "", "config": ""}

    def workers(self, slot: str) -> list[str]:
        """Of the release that it holds."""
        return self.record.get("workers", {}).get(slot, self.release.get("workers", []))

    def remember_workers(self, slot: str) -> None:
        """Later git may have others, and what rests has to be told from what serves."""
        wanted = self.release.get("workers", [])
        if wanted or "workers" in self.record:
            self.record.setdefault("workers", {})[slot] = wanted

    def wanted(self) -> exchange.Held:
        return {"image": self.release["image"], "config": self.release["config"]}

    def kept(self, slot: str) -> remembered.Record:
        """What was last applied to it."""
        return state.load(self.host.state_dir, slots.name_in(self.spec["name"], slot), self.host.notes)

    def save(self) -> None:
        slots.save(self.host.state_dir, self.spec["name"], self.record)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def clock(self, step: str) -> None:
        """``step`` has taken all the time since the one before it."""
        now = time.monotonic()
        self.seconds[step] = round(now - self._lap, 3)
        self._lap = now

    def reset_clock(self) -> None:
        self._lap = time.monotonic()


def idle_changes(standing: Standing) -> list[model.Change]:
    """What rests has to be able to serve again."""
    fields = idle_trouble(standing, standing.live.get(standing.idle, {})) if standing.live else {}
    if not fields:
        return []
    slot = model.Resource("slot", standing.idle)
    change = model.Change(slot, "update", model.CORRECTIVE, fields, why="what rests there could not start")
    try:
        live, services = standing.live[standing.idle], standing.kept(standing.idle)["services"]
        occupied.refuse(idle_slot.in_the_way(standing.project(standing.idle), live, services))
    except model.ConvergeError as error:
        return [change._replace(action="report", why=str(error))]
    return [change]


def idle_trouble(standing: Standing, live: idle_slot.Live) -> dict[str, list[model.Json]]:
    """Why what rests could not start; nothing where the slot holds no release."""
    held = standing.record["releases"].get(standing.idle)
    if not standing.active or not held:
        return {}
    lost = idle_slot.trouble(live, standing.kept(standing.idle)["services"], standing.host.key)
    return lost or ({"image": ["gone", held["image"]]} if idle_slot.image_gone(live) else {})


def refuse_occupied(standing: Standing) -> None:
    """Before the other slot is brought up: whoever has one of its names."""
    live = standing.live.get(standing.idle, {})
    bound: documents.ProjectSpec = {**standing.spec["compose"], **standing.project(standing.idle)}
    occupied.refuse(occupied.look(bound, [name for name in bound["services"] if not live.get(name)]))
