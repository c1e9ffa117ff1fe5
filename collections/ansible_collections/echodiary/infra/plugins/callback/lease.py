# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeps a run's leases alive, and gives them back when it is interrupted: Ansible's own `always` does not run then.

What to call is in plugin_utils/_lease/give_back.py, what renews them in plugin_utils/_lease.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: lease
type: notification
author: EchoDiary maintainers (@echodiary)
short_description: A run keeps its leases while it works, and gives them back when it is interrupted
description:
  - Ctrl-C, or SIGTERM as a pipeline sends it, ends C(ansible-playbook) without running C(always). A lease of
    M(echodiary.infra.deploy_lock) that the run held would then stand in everybody's way until it expires.
  - Remembers the leases a run acquires, and gives those back that it still holds when it is interrupted. A run that ends by itself, well
    or not, keeps what it did not release.
  - What a host had begun is finished or taken back by the next run.
  - Renews the leases that the run holds, by a small process of its own, so that one lives through a task that takes longer than it does.
    Says so when somebody else has got one meanwhile; the run's next renewal fails then.
requirements:
  - named in C(callbacks_enabled) of the configuration
"""

import atexit
import os
import signal
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ansible import context
from ansible.executor.stats import AggregateStats
from ansible.executor.task_result import CallbackTaskResult
from ansible.playbook import Playbook
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.plugins.callback import CallbackBase

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.module_utils._kinds.model import Json
    from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import give_back as back
    from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import keeping
    from ansible_collections.echodiary.infra.plugins.plugin_utils._lease.shapes import Result

ACTIONS = ("echodiary.infra.deploy_lock", "deploy_lock")


class CallbackModule(CallbackBase):
    """``_held``: where a lease is -> how to give it back."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "echodiary.infra.lease"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[tuple[str, ...], back.Held] = {}
        self._keepers: dict[tuple[str, ...], keeping.Keeper] = {}
        self._extra: dict[str, Json] = {}

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        atexit.register(self._give_back)
        before = signal.getsignal(signal.SIGTERM)

        def stop(number: int, frame: types.FrameType | None) -> None:
            if self._held or not callable(before):
                os.kill(os.getpid(), signal.SIGINT)  # what Ansible ends itself for, rather than dies of
            else:
                before(number, frame)

        signal.signal(signal.SIGTERM, stop)

    def v2_playbook_on_play_start(self, play: Play) -> None:
        self._extra = dict(play.get_variable_manager().extra_vars)

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        if result.task.action in ACTIONS and not result.task.check_mode:
            # most runs never ask for a lease
            from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import give_back as back

            delegated = result.result.get("_ansible_delegated_vars") or {}
            host = delegated.get("ansible_delegated_host") or result.host.get_name()
            fields: back.Task = result.task.dump_attrs()
            answer: Result = result.result
            self._keep(back.after(self._held, str(host), fields, answer), fields.get("args") or {})

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        for keeper in self._keepers.values():
            if keeper.newly_lost():
                self._display.warning(f"the lease {keeper.name} on {keeper.host} is somebody else's by now; this run must not change more")

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        """The run ended by itself."""
        if self._held:
            self._keep({}, {})

    def _keep(self, held: dict[tuple[str, ...], back.Held], asked: Mapping[str, Json]) -> None:
        """One process for each lease that is held, from when it is until it is not."""
        from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import keeping

        for key in [key for key in self._keepers if held.get(key) != self._held.get(key)]:
            self._keepers.pop(key).end()
        for key, lease in held.items():
            if key not in self._keepers:
                self._keepers[key] = keeping.Keeper(lease, dict(context.CLIARGS), self._extra, keeping.ttl_of(asked))
            elif asked.get("state") == "renewed" and asked.get("token") == lease.arguments["token"]:
                self._keepers[key].renewed()
        self._held = held

    def _give_back(self) -> None:
        for keeper in self._keepers.values():
            keeper.end()
        for held in self._held.values():
            from ansible_collections.echodiary.infra.plugins.plugin_utils._lease import give_back as back

            why = back.give(held, dict(context.CLIARGS), self._extra)
            if why:
                self._display.warning(f"the lease {held.name} on {held.host} could not be given back and ends by itself: {why}")
            else:
                self._display.display(
                    f"{held.host}  the lease {held.name} was given back; run it again to finish or take back what had begun"
                )
        self._held = {}
