# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What role backup asks of its jobs. The thinking is in plugin_utils/_backup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ansible.errors import AnsibleFilterError

from ..plugin_utils._backup import jobs
from ..plugin_utils._common.errors import SpecError

if TYPE_CHECKING:
    from ..module_utils._kinds.model import Json

_Answer = TypeVar("_Answer")


def backup_components(given: Mapping[str, Json]) -> list[str]:
    return _said(lambda: jobs.components(given))


def backup_timers(given: Mapping[str, Json], repository: str, directory: str) -> dict[str, jobs.Timer]:
    return _said(lambda: jobs.timers(given, repository, directory))


def backup_writes(repository: str, directory: str, makes: bool = False) -> list[str]:
    return jobs.writes(repository, directory, makes)


def backup_ages(given: Mapping[str, Json], directory: str) -> dict[str, jobs.Age]:
    return _said(lambda: jobs.ages(given, directory))


def backup_jobs(given: Mapping[str, Json], databases: Mapping[str, Mapping[str, Json]], authority: str = "") -> dict[str, dict[str, Json]]:
    return _said(lambda: jobs.completed(given, databases, authority))


def _said(thought: Callable[[], _Answer]) -> _Answer:
    try:
        return thought()
    except SpecError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "backup_ages": backup_ages,
            "backup_components": backup_components,
            "backup_timers": backup_timers,
            "backup_jobs": backup_jobs,
            "backup_writes": backup_writes,
        }
