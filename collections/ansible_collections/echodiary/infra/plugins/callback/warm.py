# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What makes runs quick and changes nothing that they do. What each part is worth, `python -m benchmarks.ablation` measures."""

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
type: notification
author: EchoDiary maintainers (@echodiary)
short_description: Runs take less time
description:
  - Python keeps what it compiled of this collection (C(bytecode)); Ansible's own loader of collections compiles it anew in every run.
  - What the hosts of a task of M(echodiary.infra.converge) have in common is read and compiled before a process is forked for each
    (C(templates)).
  - Those processes collect no garbage of the one they are copies of (C(memory)).
options:
  parts:
    description: What is done.
    type: list
    elements: str
    default: [bytecode, templates, memory]
    env:
      - name: ECHODIARY_WARM
requirements:
  - named in C(callbacks_enabled) of the configuration
"""

import gc
from typing import Any

from ansible.inventory.host import Host
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.plugins.callback import CallbackBase
from ansible_collections.echodiary.infra.plugins.plugin_utils._common import bytecode

CONVERGE = ("echodiary.infra.converge", "converge")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "echodiary.infra.warm"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._play: Play | None = None
        self._warming: Any = None

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """The first that is called: what is imported from here on is kept."""
        super().set_options(task_keys, var_options, direct)
        self._parts = self.get_option("parts")
        if "bytecode" in self._parts:
            bytecode.keep()

    def v2_playbook_on_play_start(self, play: Play) -> None:
        self._play = play

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        self._spare_the_workers()

    def v2_runner_on_start(self, host: Host, task: Task) -> None:
        if task.action in CONVERGE and self._play and "templates" in self._parts and self._before_fork(task, host, self._play):
            self._spare_the_workers()

    def _before_fork(self, task: Task, host: Host, play: Play) -> bool:
        if self._warming is None:
            from ansible_collections.echodiary.infra.plugins.plugin_utils._component.warming import Warming

            self._warming = Warming()
        return bool(self._warming.before_fork(task, host, play))

    def _spare_the_workers(self) -> None:
        """A worker is a fork: one garbage collection in it would copy the pages of everything this process holds."""
        if "memory" in self._parts:
            gc.freeze()
