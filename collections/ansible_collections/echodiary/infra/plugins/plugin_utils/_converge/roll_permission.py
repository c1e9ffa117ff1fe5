# SPDX-License-Identifier: GPL-3.0-or-later
"""May ``converge`` roll a release now? Not while somebody else deploys, or a freeze stands: two releases would serve. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._common import groups

LOCK = "echodiary.infra.deploy_lock"
#: where the role ``deploy`` keeps its lease, for whoever sets it in the inventory
VARIABLE = "deploy_lease_host"


def lease_host(given: str | None, variables: Mapping[str, Any]) -> str:
    """As the role ``deploy`` finds it. ``variables``: of the task, with ``deploy_lease_host`` rendered where there is one."""
    found = given or str(variables.get(VARIABLE) or "") or groups.first_host(variables["groups"], "app", "all")
    return found or str(variables["inventory_hostname"])


def question() -> dict[str, Any]:
    return {"state": "read"}


def refusal(host: str, answer: Mapping[str, Any], token: int | None) -> str:
    """Why not, and what to do; empty when it may. ``token``: of the lease that this very run holds."""
    if answer.get("failed"):
        said = answer.get("msg")
        return f"not rolled: the deploy lease on {host} could not be read ({said}); what serves goes on; see to {host}, then run this again"
    lease, freeze = answer.get("lease") or {}, answer.get("freeze") or {}
    if token is not None and lease.get("token") == token:
        return ""
    if answer.get("held") or freeze.get("active"):
        return f"not rolled: {answer.get('msg')}; what serves goes on; run this again when that has ended"
    return ""
