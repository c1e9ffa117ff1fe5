# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that came with ``converge`` belongs into the history as one that was deployed does: a rollback looks there. Pure."""

from __future__ import annotations

from typing import Any

from ...module_utils._kinds.model import Resource

HISTORY = "echodiary.infra.release_history"


def entries(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One for each component that serves another release now."""
    return [_entry(component) for component in components if component["status"] == "changed" and _moved(component)]


def _moved(component: dict[str, Any]) -> bool:
    """A first installation moves no traffic, yet it is the first release; a container that was only put back is no release."""
    kinds = {(Resource.parse(change["resource"]).kind, change["action"]) for change in component["changes"]}
    release = component.get("release")
    if not release:
        return False
    return ("traffic", "switch") in kinds or (("service", "create") in kinds and not release["previous"])


def _entry(component: dict[str, Any]) -> dict[str, Any]:
    release = component["release"]
    return {
        "kind": "converge",
        "outcome": "succeeded",
        "digest": release["image"],
        "config": release["config"],
        "seconds": {"total": round(sum(component["seconds"].values()), 1)},
    }
