# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the lab makes carries labels; what does not is somebody else's and is never touched."""

from __future__ import annotations

from typing import Any

from lab.settings import Settings

LAB = "echodiary.lab"  # containers, networks, volumes: which lab they belong to
HOME = "echodiary.lab.home"  # containers, networks, volumes: the state directory of that lab
SPEC = "echodiary.lab.spec"  # containers: hash of what they were created from
MEMBER = "echodiary.lab.member"  # containers: short name (app1, postgres, …)
KIND = "echodiary.lab.kind"  # containers: service, host, extra (made one at a time), or controller
IMAGE = "echodiary.lab.image"  # images: which one; shared by all labs of this machine
INPUTS = "echodiary.lab.inputs"  # images: hash of what they were built from


def of(lab: Settings) -> dict[str, str]:
    return {LAB: lab.name, HOME: str(lab.state)}


def mine(lab: Settings, labels: dict[str, str] | None) -> bool:
    """Whether something with these labels belongs to this lab of this checkout."""
    return labels is not None and labels.get(LAB) == lab.name and labels.get(HOME) == str(lab.state)


def filters(lab: Settings) -> dict[str, Any]:
    return {"label": f"{LAB}={lab.name}"}
