# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turns a run into the drift report. Events become parts of a report here; all judgement is in plugin_utils/_drift_*.py."""

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
from typing import Any

from ansible import context
from ansible.executor.task_result import CallbackTaskResult
from ansible.playbook.play import Play
from ansible.plugins.callback import CallbackBase
from ansible_collections.echodiary.infra.plugins.callback.fleet import paint
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_collect as collect
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_files as files
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_git as git
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_model as model
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_outputs as outputs
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_since as since
from ansible_collections.echodiary.infra.plugins.plugin_utils import _drift_table as table
from ansible_collections.echodiary.infra.plugins.plugin_utils import _moments

CONVERGE = ("echodiary.infra.converge", "converge")
ALEMBIC = ("echodiary.infra.alembic", "alembic")
EVIDENCE = ("echodiary.infra.evidence", "evidence")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "echodiary.infra.drift"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()
        self._collected = collect.Collected()
        self._directory = ""
        self._environment = ""
        self._root = Path.cwd()
        self._in_check_mode: set[bool] = set()

    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._began = time.monotonic()
        self._root = Path(playbook._basedir)

    def v2_playbook_on_play_start(self, play: Play) -> None:
        self._directory = str(self.get_option("directory") or play.vars.get("drift_directory") or self._directory)
        if not self._directory:
            return
        manager = play.get_variable_manager()
        hosts = manager._inventory.get_hosts(play.hosts)
        for host in hosts:
            self._collected.expect(host.get_name(), tuple(sorted(group.get_name() for group in host.get_groups())))
        named = self.get_option("environment_name") or manager.get_vars(play=play).get("echodiary_environment")
        if not named and hosts:
            named = manager.get_vars(play=play, host=hosts[0]).get("echodiary_environment")
        self._environment = str(named or self._environment)

    # Results

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        if not result.task.loop:
            self._take(result)

    def v2_runner_item_on_ok(self, result: CallbackTaskResult) -> None:
        self._take(result)

    def v2_runner_on_skipped(self, result: CallbackTaskResult) -> None:
        if not result.task.loop or "results" not in result.result:
            self._take_ordinary(result, skipped=True)

    def v2_runner_item_on_skipped(self, result: CallbackTaskResult) -> None:
        self._take_ordinary(result, skipped=True)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        action = result.task.action
        if action in EVIDENCE:
            return
        if action in (*CONVERGE, *ALEMBIC):
            self._take(result, failed=True)
        elif ignore_errors:
            self._collected.did(result.host.get_name(), collect.unseen(result.task_name, result.result))
        else:
            self._collected.failed(result.host.get_name(), result.task_name, result.result)

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        if result.task_fields.get("ignore_unreachable"):
            return
        self._collected.unreachable(result.host.get_name(), result.result)

    def _take(self, result: CallbackTaskResult, *, failed: bool = False) -> None:
        host, data, action = result.host.get_name(), result.result, result.task.action
        check = bool(result.task_fields.get("check_mode"))
        if action in CONVERGE and isinstance(data.get("components"), list):
            self._in_check_mode.add(check)
            self._collected.converged(host, data, check=check)
        elif action in CONVERGE and failed:
            self._in_check_mode.add(check)
            self._collected.failed(host, result.task_name, data)
        elif action in EVIDENCE:
            self._collected.evidence(host, data.get("evidence") or {})
        elif action in ALEMBIC:
            if "sync" in data or failed or "failed_when_result" in data:
                self._collected.compared(host, data, failed=failed or "sync" not in data)
        else:
            self._take_ordinary(result)

    def _take_ordinary(self, result: CallbackTaskResult, *, skipped: bool = False) -> None:
        check, name = bool(result.task_fields.get("check_mode")), result.task_name
        if result.task.loop:
            name = f"{name} ({self._get_item_label(result.result)})"
        found = collect.task(name, result.task.action, result.result, check=check, skipped=skipped)
        if found:
            self._in_check_mode.add(check)
            self._collected.did(result.host.get_name(), found)

    # The end

    def v2_playbook_on_stats(self, stats: Any) -> None:
        if not self._directory or context.CLIARGS.get("module_name"):
            return
        report = self._report()
        try:
            report = self._write(report)
        except files.DriftFileError as error:
            # A verdict that nobody can read must not look like a good run.
            raise SystemExit(self._complain(str(error))) from error
        if not self.get_option("raw"):
            for line in ["", *table.lines(report, paint)]:
                self._display.display(line)
            self._display.display(f"report: {self._place() / outputs.PAGE}")

    def _report(self) -> model.Report:
        report = model.Report(
            environment=self._environment or "unnamed",
            time=_moments.now(),
            seconds=round(time.monotonic() - self._began, 3),
            mode="check" if self._in_check_mode <= {True} else "apply",
            git=git.head(self._root),
            hosts=self._collected.hosts(),
        )
        inventory = next((str(source) for source in context.CLIARGS.get("inventory") or ()), "inventories")
        return git.blamed(report, self._root, inventory) if report.git else report

    def _write(self, report: model.Report) -> model.Report:
        place = self._place()
        with files.held(place):
            if self.get_option("raw"):
                files.write(place, {outputs.REPORT: outputs.json_text(report)})
                return report
            memory = files.read_memory(place)
            report = since.aged(report, memory)
            files.write(place, outputs.files(report))
            files.write_memory(place, since.remembered(report, memory))
        return report

    def _place(self) -> Path:
        """A relative directory is one of the working directory; environments do not share a memory."""
        return Path(self._directory).absolute() / (self._environment or "unnamed")

    def _complain(self, message: str) -> int:
        self._display.error(message)
        return 1
