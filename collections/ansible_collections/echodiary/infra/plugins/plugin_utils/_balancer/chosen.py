# SPDX-License-Identifier: GPL-3.0-or-later
"""Which target group an inventory's application hosts stand in, if any. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._account import balancing

#: names it where provisioning has not made it, or switches it off
VARIABLE = "echodiary_target_group"
_OFF = frozenset({"", "false", "no", "none", "off"})


#: of hosts, where nobody says another
_ROLE = "app"


class Chosen(NamedTuple):
    """``name``: empty where there is none. ``role``: of the hosts that stand in it, which is their group in the inventory, too."""

    name: str
    role: str = _ROLE


def target_group(given: Any, declared: Any, environment: str) -> Chosen:
    """``given``: VARIABLE, None where nobody says anything; ``declared``: ``aws_environment``."""
    balancer = declared.get("balancer") if isinstance(declared, Mapping) else None
    role = str(balancer.get("role") or _ROLE) if isinstance(balancer, Mapping) else _ROLE
    if given is not None:
        return Chosen("" if str(given).strip().lower() in _OFF else str(given), role)
    if not balancer:
        return Chosen("", role)
    return Chosen(balancing.target_group(str(declared.get("project") or "echodiary"), environment, role), role)
