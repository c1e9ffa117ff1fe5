# SPDX-License-Identifier: GPL-3.0-or-later
"""Two slots on one host, one of which serves: which one, what each holds, and a component bound to one of them.

The record says ``active`` (the slot that serves) and, while traffic moves, ``next``; while a slot has a share of the requests on
trial, ``trial``: what was not seen through does not count as moved. It is written before each step that could be the last one of a
killed run, so that the next run knows on which side of the move it stands.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from .._converge import state
from .._host import haproxy
from .._ledger import shapes

if TYPE_CHECKING:
    from .._kinds import documents
    from .shapes import SlotRecord

SLOT, PORT = "{slot}", "{port}"
#: says the slot that serves (SLOT), for whoever is started by the clock
SERVING = "/var/lib/echodiary/slots/{}.env"
_HELD = shapes.fields({"image": shapes.TEXT, "config": shapes.TEXT})
_SHAPE = shapes.fields(
    {},
    {
        "active": shapes.TEXT,
        "next": shapes.TEXT,
        "trial": shapes.TEXT,
        "releases": shapes.each(_HELD),
        "images": shapes.items(shapes.TEXT),
        "workers": shapes.each(shapes.items(shapes.TEXT)),
    },
)


def path_of(state_dir: str, component: str) -> str:
    return os.path.join(state_dir, "slots", component + ".json")


def empty() -> SlotRecord:
    return {"active": "", "next": "", "trial": "", "releases": {}, "images": []}


FORMAT = state.Format(_SHAPE, 1, empty)


def load(state_dir: str, component: str, told: list[str] | None = None) -> SlotRecord:
    """A damaged record counts as none and is ``told``: the slot that takes requests is then the one (see ``serving``)."""
    return cast("SlotRecord", state.read(path_of(state_dir, component), FORMAT, told))


def save(state_dir: str, component: str, record: SlotRecord) -> None:
    state.replace(path_of(state_dir, component), FORMAT, cast("dict[str, Any]", record))


def serving(names: list[str], record: SlotRecord, servers: dict[str, haproxy.Server] | None, running: dict[str, bool]) -> str:
    """The slot whose release counts as the one that runs; empty when there is none yet. Pure.

    A move that was interrupted is finished when the new slot runs and already takes requests, else it never happened. Where
    HAProxy cannot be asked (``servers`` None), a slot that still runs is not given up for one that may never have been let in.
    Without a record (lost, or made by hand) the slot that takes requests and runs is the one.
    """

    def takes_requests(slot: str) -> bool:
        return running.get(slot, False) and (servers is None or servers.get(slot, haproxy.Server("maint", False, 0)).admin == haproxy.READY)

    unsure = servers is None and running.get(record["active"], False)
    if record["next"] in names and takes_requests(record["next"]) and not unsure:
        return str(record["next"])
    if record["active"] in names:
        return str(record["active"])
    return next((slot for slot in names if takes_requests(slot)), "")


def as_they_run(running: dict[str, bool]) -> dict[str, haproxy.Server]:
    """Of a release that nobody asks, what runs is what takes its work. Pure."""
    return {slot: haproxy.Server(haproxy.READY if runs else haproxy.MAINT, runs, 0) for slot, runs in running.items()}


def are_asked(release: documents.ReleaseSpec) -> bool:
    """Do its slots have ports, behind HAProxy?"""
    return all(release["slots"].values())


def other(names: list[str], slot: str) -> str:
    return next(name for name in names if name != slot)


def name_in(component: str, slot: str) -> str:
    """What a component in a slot is called in state files and journals."""
    return f"{component}@{slot}"


def bind(spec: documents.RolledSpec, slot: str, held: Sequence[str] = ()) -> documents.ComponentSpec:
    """The component as it is in one slot: its paths, port and Compose project. Contents of files stay as they are.

    ``held``: services that are not to run yet.
    """
    contents = {path: file["content"] for path, file in spec["files"].items()}
    bare = {**spec, "files": {path: {**file, "content": ""} for path, file in spec["files"].items()}}
    bound: documents.ComponentSpec = _replaced(bare, slot, str(spec["release"]["slots"][slot]))
    for path, content in contents.items():
        bound["files"][path.replace(SLOT, slot)]["content"] = content
    bound["name"] = name_in(spec["name"], slot)
    project = bound["compose"] or spec["compose"]
    project["name"] = project_name(spec, slot)
    for name in held:
        project["services"][name]["held"] = True
    return _with_dotenv(bound, project, spec["release"], slot)


def project_name(spec: documents.RolledSpec, slot: str) -> str:
    return f"{spec['compose']['name']}-{slot}"


def project(spec: documents.RolledSpec, slot: str) -> documents.ProjectPlace:
    """Enough of a Compose project to ask about, start and stop what a slot holds."""
    return {"name": project_name(spec, slot), "file": spec["compose"]["file"].replace(SLOT, slot)}


def directory(spec: documents.RolledSpec, slot: str) -> str:
    return os.path.dirname(str(spec["compose"]["file"]).replace(SLOT, slot))


def _with_dotenv(
    bound: documents.ComponentSpec, project: documents.ProjectPlace, release: documents.ReleaseSpec, slot: str
) -> documents.ComponentSpec:
    """Compose reads ``.env`` beside its file by itself: people who type ``docker compose`` there get the same."""
    path = os.path.join(os.path.dirname(project["file"]), ".env")
    content = f"SLOT={slot}\n" + (f"PORT={release['slots'][slot]}\n" if are_asked(release) else "")
    bound["files"][path] = {"content": content, "owner": "root", "group": "root", "mode": "0644", "sensitive": False}
    return bound


def _replaced(value: Any, slot: str, port: str) -> Any:
    if isinstance(value, str):
        return value.replace(SLOT, slot).replace(PORT, port)
    if isinstance(value, dict):
        return {_replaced(key, slot, port): _replaced(item, slot, port) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, slot, port) for item in value]
    return value
