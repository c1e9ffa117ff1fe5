# SPDX-License-Identifier: GPL-3.0-or-later
"""A target asked for its health, and what follows from its answers: AWS's thresholds and words for reasons."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import NamedTuple

from .model import Check, Group, Target

INITIAL, HEALTHY, UNHEALTHY = "initial", "healthy", "unhealthy"


class Problem(NamedTuple):
    reason: str
    description: str


class Asked(NamedTuple):
    """``passed``, ``failed``: in a row."""

    state: str = INITIAL
    reason: str = "Elb.InitialHealthChecking"
    description: str = "Initial health checks in progress"
    passed: int = 0
    failed: int = 0


def heard(before: Asked, check: Check, problem: Problem | None) -> Asked:
    """After one more answer. The first good one is enough for a target that is new."""
    if problem is None:
        enough = before.passed + 1 >= (1 if before.state == INITIAL else check.healthy)
        if before.state == HEALTHY or enough:
            return Asked(HEALTHY, "", "", before.passed + 1, 0)
        return before._replace(passed=before.passed + 1, failed=0)
    if before.state == UNHEALTHY or before.failed + 1 >= check.unhealthy:
        return Asked(UNHEALTHY, problem.reason, problem.description, 0, before.failed + 1)
    return before._replace(passed=0, failed=before.failed + 1)


def takes_requests(group: Group, found: Mapping[str, Asked]) -> set[str]:
    """Of the registered targets those that are healthy; all of them where none is (AWS calls that fail open)."""
    well = {one for one in group.targets if found.get(one, Asked()).state == HEALTHY}
    return well or set(group.targets)


def ask(target: Target, check: Check) -> Problem | None:
    """None: it is well."""
    connection = http.client.HTTPConnection(target.address, check.port or target.port, timeout=check.timeout)
    try:
        connection.request("GET", check.path, headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"})
        code = connection.getresponse().status
    except TimeoutError:
        return Problem("Target.Timeout", "Request timed out")
    except (OSError, http.client.HTTPException):
        return Problem("Target.FailedHealthChecks", "Health checks failed")
    finally:
        connection.close()
    if check.passes(code):
        return None
    return Problem("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]")
