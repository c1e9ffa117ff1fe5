# SPDX-License-Identifier: GPL-3.0-or-later
"""May ``converge`` roll a release now? Not while somebody else deploys, or a freeze stands: two releases would serve. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._common import groups

if TYPE_CHECKING:
    from .._calls.variables import TaskVars
    from .._lease.shapes import Result

LOCK = "echodiary.infra.deploy_lock"
#: where the role ``deploy`` keeps its lease, for whoever sets it in the inventory
VARIABLE: Final = "deploy_lease_host"
QUESTION: Final = {"state": "read"}


def lease_host(given: str | None, variables: TaskVars) -> str:
    """As the role ``deploy`` finds it. ``variables``: of the task, with ``deploy_lease_host`` rendered where there is one."""
    found = given or str(variables.get("deploy_lease_host") or "") or groups.first_host(variables["groups"], "app", "all")
    return found or str(variables["inventory_hostname"])


def refusal(host: str, answer: Result, token: int | None) -> str:
    """Why not, and what to do; empty when it may. ``token``: of the lease that this very run holds."""
    if answer.get("failed"):
        said, place = answer.get("msg"), answer.get("where") or host
        return (
            f"not rolled: the deploy lease ({place}) could not be read ({said}); what serves goes on; see to {place}, then run this again"
        )
    lease, freeze = answer.get("lease"), answer.get("freeze")
    if lease and token is not None and lease["token"] == token:
        return ""
    if answer.get("held") or (freeze and freeze["active"]):
        return f"not rolled: {answer.get('msg')}; what serves goes on; run this again when that has ended"
    return ""
