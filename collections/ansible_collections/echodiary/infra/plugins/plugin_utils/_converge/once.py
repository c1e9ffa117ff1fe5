# SPDX-License-Identifier: GPL-3.0-or-later
"""A command that brings the schema along runs once for all hosts of a component, and ``converge`` is a task of each of them.

Alembic takes a lock in the database and finds nothing pending the second time; of another tool nobody knows whether it does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ...module_utils._converge import exchange
    from .run import Run

_RELEASE = "echodiary.infra.release"
#: how often the first host is asked, and how much longer than its command may take (s)
EVERY, BEYOND = 5.0, 120.0


class Bringing(NamedTuple):
    """``image`` comes to ``host``, where ``running`` serves, or nothing yet. ``hosts``: all that run the component, each with the name that
    it lists it by."""

    component: str
    image: str
    running: str
    host: str
    hosts: Mapping[str, str]

    @property
    def first(self) -> str:
        """By name, as in a deploy."""
        return min(self.hosts)

    @property
    def runs_here(self) -> bool:
        """On the only host; on the first one where nothing serves yet."""
        return len(self.hosts) == 1 or (self.host == self.first and not self.running)

    def why_not(self) -> str:
        """Where it is not run, and the first host does not serve the image."""
        if self.running:
            return (
                f"not rolled: its migrate.command has to run once for {len(self.hosts)} hosts; what serves goes on; "
                f"deploy it: ansible-playbook echodiary.infra.deploy -e component={self.component}"
            )
        return (
            f"not begun: its migrate.command runs once, on {self.first}, which does not serve {self.image}; "
            f"see that {self.first} is converged, then run this again"
        )


def bringing(component: str, prepared: exchange.Migration, run: Run) -> Bringing:
    """An inventory that does not say who has the component: all hosts of the play bring it."""
    listed = run.specs.listing(component)
    if run.host not in listed:
        listed = dict.fromkeys([run.host, *run.vars.get("ansible_play_hosts_all", [])], component)
    return Bringing(component, prepared["image"], prepared["running"], run.host, listed)


def is_done(found: Bringing, run: Run, timeout: float) -> bool:
    """Does the first host serve the image already? On a first installation it is waited for, where it is at it in the same play."""
    if found.host == found.first:
        return False
    beside = not found.running and found.first in run.vars.get("ansible_play_batch", [])
    deadline = time.monotonic() + (timeout + BEYOND if beside else 0)
    while not (done := _served(found, run) == found.image) and time.monotonic() < deadline:
        time.sleep(EVERY)
    return done


def _served(found: Bringing, run: Run) -> str:
    """By the first host; nothing where it does not say."""
    said: dict[str, Any] = run.act_on(found.first, _RELEASE, {"component": found.hosts[found.first], "state": "read"})
    return str(((said.get("release") or {}).get("running") or {}).get("image") or "")
