# SPDX-License-Identifier: GPL-3.0-or-later
"""A component that was applied to this host once, and that the host's list does not have any more.

It is told until it may be pruned. Then it leaves as a component that declares nothing: one transaction, with a way back.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from .._converge import component, state
from .._kinds import model
from .._release import images, slots

if TYPE_CHECKING:
    from .._converge import exchange
    from .._converge.host import Host
    from .._kinds import remembered


def undeclared(manifest: exchange.Manifest, state_dir: str) -> list[str]:
    """``hosted``: what the host's list has, where one is known; else all but what this run declares."""
    return sorted(set(state.recorded(state_dir)) - set(manifest["declared"]) - set(manifest.get("hosted", [])))


def due(manifest: exchange.Manifest, names: list[str]) -> list[str]:
    """None where nobody knows what the host is to have."""
    return [name for name in names if name not in manifest.get("dealt", [])] if "hosted" in manifest else []


def run(name: str, host: Host) -> tuple[exchange.Outcome, exchange.Needs | None]:
    """One component's trouble stays its own."""
    if not host.prune:
        return _told(name), None
    try:
        converger = component.Converger(component.nothing(name), host, last=merged(name, host))
        result = converger.check() if host.check else converger.apply()
    except Exception as error:
        return component.failed(name, error), None
    host.forget()
    if host.check or result["status"] not in ("ok", "changed"):
        return {**result, "sync": "OutOfSync"}, None
    needs = converger.afterwards()
    if not needs:
        _forget(name, host)
    return result, needs


def _told(name: str) -> exchange.Outcome:
    why = "not declared for this host any more (requires pruning)"
    change = model.Change(model.Resource("component", name), model.REPORT, why=why)
    return {
        "name": name,
        "status": "ok",
        "sync": "OutOfSync",
        "health": "Healthy",
        "msg": "",
        "changes": [change.as_dict()],
        "notes": [],
        "seconds": {},
        "project": "",
    }


def _records(name: str, host: Host) -> list[str]:
    return [one for one in state.names(host.state_dir) if one.partition("@")[0] == name]


def merged(name: str, host: Host) -> remembered.Record:
    """All that is known of it: of a component in two slots, what both hold."""
    found = state.empty()
    found["before"] = {}
    for one in _records(name, host):
        record = state.load(host.state_dir, one, host.notes)
        found["resources"].update(record["resources"])
        # what one slot found there may be what the other one had made
        known = {resource: before for resource, before in record.get("before", {}).items() if found["before"].get(resource, "") is not None}
        found["before"].update(known)
        found["services"].update(record["services"])
        found["health"] += record["health"]
    # a run of some components claims nothing for the others
    elsewhere = host.elsewhere(name)
    found["resources"] = {resource: one for resource, one in found["resources"].items() if resource not in elsewhere}
    return found


def _forget(name: str, host: Host) -> None:
    """The last step: nothing of it is here any more."""
    images.keep(name, slots.load(host.state_dir, name)["images"], 0)
    for one in _records(name, host):
        state.remove(host.state_dir, one)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(slots.path_of(host.state_dir, name))
