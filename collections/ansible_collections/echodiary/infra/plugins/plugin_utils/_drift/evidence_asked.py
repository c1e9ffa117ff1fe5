# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``evidence`` asks a host about: what somebody moved there, each with the Compose project in which it is to be looked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ...module_utils._kinds.model import Resource

if TYPE_CHECKING:
    from ...module_utils._converge.exchange import Outcome


class Asked(NamedTuple):
    """Empty words stand for what is not known."""

    component: str
    project: str
    resource: str


def asked(components: Iterable[Outcome], resources: Iterable[str]) -> list[Asked]:
    """``components``: as converge returned them; ``resources``: names alone, as of no component."""
    return [*(found for component in components for found in _moved(component)), *(Asked("", "", resource) for resource in resources)]


def _moved(component: Outcome) -> Iterator[Asked]:
    """What git alone moved needs no evidence."""
    for change in component.get("changes") or ():
        if change.get("origin") != "pending":
            resource = str(change["resource"])
            yield Asked(str(component["name"]), _project(component, resource), resource)


def _project(component: Outcome, resource: str) -> str:
    """Containers are those of the slot that serves, but for a change that names another slot."""
    project = str(component.get("project") or "")
    kind, slot = Resource.parse(resource)
    release = component.get("release") or {}
    serving = str(release.get("slot") or "")
    return project.removesuffix(serving) + slot if kind == "slot" and project else project
