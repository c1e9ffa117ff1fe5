# SPDX-License-Identifier: GPL-3.0-or-later
"""A component that is not among ours, with all that belongs to it, and what those who watch make of it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from tests import rendering

PLACE = Path(__file__).parent / "added"


def watched(role: str, *hosts: str, **variables: Any) -> dict[str, Any]:
    """What ``role`` is rendered to where these hosts have the component as well."""
    known = copy.deepcopy(rendering.FLEET["hostvars"])
    for host in hosts:
        known[host]["components"] = [*known[host]["components"], "hourglass"]
    return rendering.tree(role, playbook_dir=str(PLACE), hostvars=known, components=known["mon1"]["components"], **variables)
