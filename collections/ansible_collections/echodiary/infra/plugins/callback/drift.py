# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turns a run into the drift report. Events become parts of a report here; all judgement is in plugin_utils/_drift."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
type: notification
author: EchoDiary maintainers (@echodiary)
short_description: One report of what differs from git, where, since when, and who moved it
description:
  - Collects what M(echodiary.infra.converge), M(echodiary.infra.alembic) with O(echodiary.infra.alembic#module:state=compare) and
    ordinary tasks say in a run, and writes it as JSON, as a self-contained HTML page, as Markdown, as an SVG badge and as Prometheus text.
  - A task that check mode skipped is V(Unknown), and so is everything of a host that could not be reached or whose play failed.
  - Remembers in the same directory when each difference was first seen.
  - Runs beside any standard output callback. Does nothing unless O(directory) is set, or a play has the variable C(drift_directory).
options:
  directory:
    description:
      - Where the report and its memory are written, in a directory named after the environment. The files are C(report.json),
        C(index.html), C(report.md), C(badge.svg), C(drift.prom) and C(memory.json).
      - The variable C(drift_directory) of a play is used where this is not set.
    type: path
    env: [{name: ECHODIARY_DRIFT_DIRECTORY}]
    ini: [{section: callback_drift, key: directory}]
  environment_name:
    description: Name of the environment. The variable C(echodiary_environment) of the hosts where this is not set.
    type: str
    env: [{name: ECHODIARY_DRIFT_ENVIRONMENT}]
    ini: [{section: callback_drift, key: environment_name}]
  raw:
    description: Write C(report.json) only, without ages and history, for a program that has a memory of its own.
    type: bool
    default: false
    env: [{name: ECHODIARY_DRIFT_RAW}]
requirements:
  - named in C(callbacks_enabled) of the configuration
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ansible import context
from ansible.executor.stats import AggregateStats
from ansible.executor.task_result import CallbackTaskResult
from ansible.playbook import Playbook
from ansible.playbook.play import Play
from ansible.plugins.callback import CallbackBase
from ansible_collections.echodiary.infra.plugins.callback.fleet import paint

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.run import Run

#: What ansible-playbook ends with for options it cannot read.
REFUSED = 5


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "echodiary.infra.drift"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()
        self._root = Path.cwd()
        self._run: Run | None = None

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        self._began = time.monotonic()
        self._root = Path(playbook._basedir)

    def v2_playbook_on_play_start(self, play: Play) -> None:
        directory = self.get_option("directory") or play.vars.get("drift_directory")
        if directory and self._run is None:
            # Here and not above: most runs report nothing, and Ansible compiles what it imports of a collection in every run.
            from ansible_collections.echodiary.infra.plugins.plugin_utils._common import reserved
            from ansible_collections.echodiary.infra.plugins.plugin_utils._drift.run import Run

            self._refuse(reserved.refusal(play.get_variable_manager()._inventory.hosts))
            self._run = Run(self._root, self._began)
        if self._run is None:
            return
        self._run.directory = str(directory or self._run.directory)
        manager = play.get_variable_manager()
        hosts = manager._inventory.get_hosts(play.hosts)
        for host in hosts:
            # one that no inventory has works for others
            if not host.implicit:
                self._run.expect(host.get_name(), tuple(sorted(group.get_name() for group in host.get_groups())))
        named = self.get_option("environment_name") or manager.get_vars(play=play).get("echodiary_environment")
        if not named and hosts:
            named = manager.get_vars(play=play, host=hosts[0]).get("echodiary_environment")
        self._run.environment = str(named or self._run.environment)

    def _refuse(self, problem: str) -> None:
        """An error of a callback is a warning to Ansible: only this ends the run."""
        if problem:
            self._display.error(f"{problem}. Nothing was touched", wrap_text=False)
            raise SystemExit(REFUSED)

    # Results

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        if not result.task.loop:
            self._take(result)

    def v2_runner_item_on_ok(self, result: CallbackTaskResult) -> None:
        self._take(result)

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        if not result.task.loop or "results" not in result.result:
            self._take(result, skipped=True)

    def v2_runner_item_on_skipped(self, result: CallbackTaskResult) -> None:
        self._take(result, skipped=True)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        if self._run is not None:
            check = bool(result.task.check_mode)
            name, data = result.task_name, result.result
            self._run.failed(result.host.get_name(), result.task.action, name, data, check=check, ignored=ignore_errors)

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        if self._run is not None and not result.task.ignore_unreachable:
            self._run.unreachable(result.host.get_name(), result.result)

    def _take(self, result: CallbackTaskResult, *, skipped: bool = False) -> None:
        if self._run is None:
            return
        name, check = result.task_name, bool(result.task.check_mode)
        if result.task.loop:
            name = f"{name} ({self._get_item_label(result.result)})"
        self._run.did(result.host.get_name(), result.task.action, name, result.result, check=check, skipped=skipped)

    # The end

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        if self._run is None or context.CLIARGS.get("module_name"):
            return
        inventory = next((str(source) for source in context.CLIARGS.get("inventory") or ()), "inventories")
        lines, complaint = self._run.ended(inventory, paint, raw=self.get_option("raw"))
        if complaint:
            self._display.error(complaint)
            # A verdict that nobody can read must not look like a good run.
            raise SystemExit(1)
        for line in lines:
            self._display.display(line)
        if self._run.unread:
            # as where a host does not answer
            raise SystemExit(4)
