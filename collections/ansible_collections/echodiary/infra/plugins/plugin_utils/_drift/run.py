# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One run of a playbook on its way to a report: what its tasks said goes to whom it concerns, and the end is written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.echodiary.infra.plugins.plugin_utils._common import timestamps
from ansible_collections.echodiary.infra.plugins.plugin_utils._drift import collect, files, git, model, outputs, since, table
from ansible_collections.echodiary.infra.plugins.plugin_utils._fleet.view import Paint

if TYPE_CHECKING:
    from ansible_collections.echodiary.infra.plugins.plugin_utils._common.results import Result

CONVERGE = ("echodiary.infra.converge", "converge")
ALEMBIC = ("echodiary.infra.alembic", "alembic")
EVIDENCE = ("echodiary.infra.evidence", "evidence")
ACCOUNT = ("echodiary.infra.account_look", "account_look")
LOCK = ("echodiary.infra.deploy_lock", "deploy_lock")


class Run:
    """``directory``: where reports are written, absolute or of the working directory; ``environment``: whose report it is."""

    def __init__(self, root: Path, began: float) -> None:
        self.directory = ""
        self.environment = ""
        self._root = root
        self._began = began
        self._collected = collect.Collected()
        self._notes: list[str] = []
        self._in_check_mode: set[bool] = set()
        #: where the answer of the account will be, and when it was asked for
        self._account: tuple[str, float] | None = None

    def expect(self, host: str, groups: tuple[str, ...]) -> None:
        self._collected.expect(host, groups)

    def did(self, host: str, action: str, name: str, data: Result, *, check: bool, skipped: bool = False) -> None:
        """A task, or one item of its loop, has ended well or was skipped."""
        if skipped:
            self._ordinary(host, action, name, data, check=check, skipped=True)
        elif action in CONVERGE and isinstance(data.get("components"), list):
            self._in_check_mode.add(check)
            self._collected.converged(host, data, check=check)
        elif action in EVIDENCE:
            told: Any = data
            self._collected.evidence(host, told.get("evidence") or {}, told.get("components") or {})
        elif action in ACCOUNT:
            begun: Any = data
            self._account = (begun["answer"], begun["began"])
        elif action in LOCK:
            looked: Any = data
            self._notes += filter(None, [collect.in_the_way(looked)])
        elif action in ALEMBIC:
            if "sync" in data or "failed_when_result" in data:
                self._collected.compared(host, data, failed="sync" not in data)
        else:
            self._ordinary(host, action, name, data, check=check)

    def failed(self, host: str, action: str, name: str, data: Result, *, check: bool, ignored: bool) -> None:
        if action in CONVERGE:
            self._in_check_mode.add(check)
            if isinstance(data.get("components"), list):
                self._collected.converged(host, data, check=check)
            else:
                self._collected.failed(host, name, data)
        elif action in ALEMBIC:
            self._collected.compared(host, data, failed=True)
        elif action in ACCOUNT:
            self._collected.account(data)
        elif action in EVIDENCE:
            return
        elif ignored:
            self._collected.did(host, collect.unseen(name, data))
        else:
            self._collected.failed(host, name, data)

    def unreachable(self, host: str, data: Result) -> None:
        self._collected.unreachable(host, data)

    def ended(self, inventory: str, paint: Paint, *, raw: bool) -> tuple[list[str], str]:
        """Writes the report; returns what to show, and what is wrong where it could not be written."""
        self._hear()
        try:
            report = self._write(self._report(inventory), raw=raw)
        except files.DriftFileError as error:
            return [], str(error)
        return ([] if raw else ["", *table.lines(report, paint), f"report: {self._place() / outputs.PAGE}"]), ""

    @property
    def unread(self) -> bool:
        """Whether the account could not be judged."""
        return any(host.name == model.AWS and host.msg for host in self._collected.hosts())

    def _hear(self) -> None:
        """The account was read while hosts were. It is heard once."""
        if self._account is None:
            return
        from ansible_collections.echodiary.infra.plugins.plugin_utils._account import beside

        answer = beside.heard(*self._account)
        self._account = None
        self._collected.account(
            answer or {"msg": f"AWS has not answered within {beside.DEADLINE} s, so the account is not judged; try again"}
        )

    def _ordinary(self, host: str, action: str, name: str, data: Result, *, check: bool, skipped: bool = False) -> None:
        found = collect.task(name, action, data, check=check, skipped=skipped)
        if found:
            self._in_check_mode.add(check)
            self._collected.did(host, found)

    def _report(self, inventory: str) -> model.Report:
        report = model.Report(
            environment=self.environment or "unnamed",
            time=timestamps.now(),
            seconds=round(time.monotonic() - self._began, 3),
            mode="check" if self._in_check_mode <= {True} else "apply",
            git=git.head(self._root),
            hosts=self._collected.hosts(),
            notes=tuple(self._notes),
        )
        return git.blamed(report, self._root, inventory) if report.git else report

    def _write(self, report: model.Report, *, raw: bool) -> model.Report:
        place = self._place()
        with files.held(place):
            if raw:
                files.write(place, {outputs.REPORT: outputs.json_text(report)})
                return report
            memory = files.read_memory(place)
            report = since.aged(report, memory)
            files.write(place, outputs.files(report))
            files.write_memory(place, since.remembered(report, memory))
        return report

    def _place(self) -> Path:
        """A relative directory is one of the working directory; environments do not share a memory."""
        return Path(self.directory).absolute() / (self.environment or "unnamed")
