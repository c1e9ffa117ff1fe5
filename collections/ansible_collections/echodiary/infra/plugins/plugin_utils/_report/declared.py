# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says that the report has to know: which components have a release, their backends, their objectives."""

from __future__ import annotations

from collections.abc import Iterator

from .._common.errors import SpecError
from .._component import names
from .._component import roster as rosters
from .._component.roster import Host, Roster
from .._component.source import Source
from .._load import declared as load
from .shapes import Service

#: the component that is a log store, and the first of its ports; the second has errors
_LOGS, _LOGS_PORT = "logs", "logs_port"


def services(roster: Roster, watcher: str) -> tuple[list[Service], list[str]]:
    """By name, and why the components of a host cannot be told. ``watcher``: the host whose objectives count, else each component's own."""
    found: dict[str, Service] = {}
    unknown: list[str] = []
    for name in roster.names():
        try:
            for host, source in _released(roster, name):
                found.setdefault(source.name, _service(roster, host, source, watcher))
        except SpecError as error:
            unknown.append(str(error))
    return [found[name] for name in sorted(found)], unknown


def log_store(roster: Roster, watcher: str) -> str:
    """Where the host of Prometheus asks for errors, when the inventory gives it a log store (component ``logs``); empty where not."""
    try:
        host = roster.host(watcher)
        listed = names.listed(_LOGS, host.components)
        if not listed:
            return ""
        source = roster.source(host, listed)
        given = {**source.defaults, **host.variables}[_LOGS_PORT]
        port = roster.rendered(host, source, {_LOGS_PORT: given}, f"host {watcher}: {_LOGS_PORT}")[_LOGS_PORT]
    except SpecError:
        return ""  # why its components cannot be told, ``services`` says
    return f"http://{rosters.LOOPBACK}:{int(port) + 1}"


def _released(roster: Roster, name: str) -> Iterator[tuple[Host, Source]]:
    host = roster.host(name)
    sources = [roster.source(host, component) for component in host.components]
    yield from ((host, source) for source in sources if source.spec.get("release"))


def _service(roster: Roster, host: Host, source: Source, watcher: str) -> Service:
    """What of it cannot be told leaves a report of the rest."""
    try:
        rendered = {"release": load.release_of(roster, host, source)}
        backend = rosters.entry(host.name, roster.outside(host), source, rendered).backend or source.name
        wanted = load.objectives_of(roster, roster.host(watcher) if watcher else host, source)
        return {"component": source.name, "backend": backend, "objectives": wanted, "trouble": ""}
    except SpecError as error:
        return {"component": source.name, "backend": source.name, "objectives": None, "trouble": str(error)}
