# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that came with ``converge`` belongs into the history as one that was deployed does: a rollback looks there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ...module_utils._kinds.model import Resource

if TYPE_CHECKING:
    from ...module_utils._converge.exchange import Outcome, Serving

HISTORY = "echodiary.infra.release_history"


class Brought(TypedDict):
    """An entry, but for what ``release_history`` adds to it."""

    kind: str
    component: str
    outcome: str
    digest: str
    config: str
    seconds: dict[str, float]


def entries(components: list[Outcome]) -> list[Brought]:
    """One for each component that serves another release now."""
    return [_entry(component, component["release"]) for component in components if component["status"] == "changed" and _moved(component)]


def _moved(component: Outcome) -> bool:
    """A first installation moves no traffic, yet it is the first release; a container that was only put back is no release."""
    kinds = {(Resource.parse(change["resource"]).kind, change["action"]) for change in component["changes"]}
    release = component.get("release")
    if not release:
        return False
    return ("traffic", "switch") in kinds or (("service", "create") in kinds and not release["previous"])


def _entry(component: Outcome, release: Serving) -> Brought:
    return {
        "kind": "converge",
        "component": component["name"],
        "outcome": "succeeded",
        "digest": release["image"],
        "config": release["config"],
        "seconds": {"total": round(sum(component["seconds"].values()), 1)},
    }
