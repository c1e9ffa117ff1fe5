# SPDX-License-Identifier: GPL-3.0-or-later
"""A component as it is on one distribution. Pure: the host chooses by this, and the controller for what is delegated.

What travels of a distribution takes the place of the same of the component: the controller has put the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from . import documents

#: of an entry, what is no key of a component
PATHS, REFUSE = "paths", "refuse"


def supports(spec: documents.ComponentSpec, name: str) -> bool:
    """One that says nothing of distributions runs on any."""
    among = spec.get("distributions")
    return not among or (name in among and not among[name].get(REFUSE))


def chosen(spec: documents.ComponentSpec, name: str) -> documents.ComponentSpec:
    """``spec`` as it is on distribution ``name``, which it ``supports``."""
    among = spec.get("distributions")
    if not among:
        return spec
    entry = among[name]
    found = {key: value for key, value in {**spec, **entry}.items() if key not in (PATHS, REFUSE, "distributions")}
    moved = entry.get("paths") or {}
    # a file that leads nowhere is not wanted there
    found["files"] = {place: file for path, file in spec["files"].items() if (place := moved.get(path, path))}
    return cast("documents.ComponentSpec", found)
