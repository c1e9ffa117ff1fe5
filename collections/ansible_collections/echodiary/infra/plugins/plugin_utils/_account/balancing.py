# SPDX-License-Identifier: GPL-3.0-or-later
"""The load balancer as the account and its hosts both know it: what its target group is called, and how a host says that it is out on
purpose. Pure."""

from __future__ import annotations

#: the tag of an instance that people have isolated; its value is since when (UTC). Provisioning does not register it.
ISOLATED = "Isolated"


def target_group(project: str, environment: str, role: str = "app") -> str:
    """Of the hosts of this role."""
    return f"{project}-{environment}-{role}"
