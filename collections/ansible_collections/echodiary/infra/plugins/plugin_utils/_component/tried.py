# SPDX-License-Identifier: GPL-3.0-or-later
"""What an image has to answer when it is tried for a component: what that declares of its release, as a host is asked it. Pure."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple, cast

from ...module_utils._converge import health

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...module_utils._contract.shapes import Manifest
    from ...module_utils._kinds.documents import ComponentSpec, ListenSpec, ReleaseSpec, RolledSpec
    from .release import Declared
    from .watched import Spec

#: by which HAProxy asks a slot whose component has no name of its own
NOBODY = "localhost"


class Wish(NamedTuple):
    """``start``: also start it; ``deadline``: the longest that it may take to become well (s); ``check``: a preview."""

    start: bool
    deadline: float
    check: bool


def manifest(spec: ComponentSpec, declared: Declared, metrics: list[str], migrate: str, wish: Wish) -> Manifest:
    release, project = cast("ReleaseSpec", spec["release"]), cast("RolledSpec", spec)["compose"]
    place = posixpath.dirname(project["file"]) + "/"
    name = declared.route.hosts[0] if declared.route.hosts else NOBODY
    return {
        "check": wish.check,
        "start": wish.start,
        "name": project["name"],
        "compose": project["file"],
        "files": {path: file for path, file in spec["files"].items() if path.startswith(place)},
        "service": release["service"],
        "image": release["image"],
        "min_free": release["min_free"],
        "secrets": spec["secrets"],
        "migrate": migrate,
        "asked": {
            "check": {**declared.check, "host": name},
            "probes": [one for one in spec["health"] if "{port}" in one["url"]],
            "requests": declared.requests,
            "metrics": metrics,
            "deadline": min(health.deadline_of(spec["health"]), wish.deadline),
        },
    }


def metrics(component: str, declared: Declared, listens: Sequence[ListenSpec], watched: Spec | None) -> list[str]:
    """Paths of a slot that Prometheus scrapes: through HAProxy below the component's name, or where the slots listen for it."""
    slots = set(declared.slots.values())
    own = any(one["for"] == "metrics" and one["port"] in slots for one in listens)
    prefix = f"/{component}/"
    targets = watched["targets"] if watched else []
    through = [one["path"][len(prefix) - 1 :] for one in targets if one["through"] and one["path"].startswith(prefix)]
    return through + [one["path"] for one in targets if own and not one["through"]]
