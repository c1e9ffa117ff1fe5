# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``evidence`` asks a host about: what somebody moved there, each with the Compose project in which it is to be looked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...module_utils._kinds.model import Resource


class Asked(NamedTuple):
    """Empty words stand for what is not known."""

    component: str
    project: str
    resource: str


def asked(components: Iterable[Mapping[str, Any]], resources: Iterable[str]) -> list[Asked]:
    """``components``: as converge returned them; ``resources``: names alone, as of no component."""
    return [*(found for component in components for found in _moved(component)), *(Asked("", "", resource) for resource in resources)]


def _moved(component: Mapping[str, Any]) -> Iterator[Asked]:
    """What git alone moved needs no evidence."""
    for change in component.get("changes") or ():
        if change.get("origin") != "pending":
            resource = str(change["resource"])
            yield Asked(str(component["name"]), _project(component, resource), resource)


def _project(component: Mapping[str, Any], resource: str) -> str:
    """Containers are those of the slot that serves, but for a change that names another slot."""
    project = str(component.get("project") or "")
    kind, slot = Resource.parse(resource)
    serving = str((component.get("release") or {}).get("slot") or "")
    return project.removesuffix(serving) + slot if kind == "slot" and project else project
