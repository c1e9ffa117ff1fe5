# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the playbooks of backups ask of what they have registered. The thinking is in plugin_utils/_database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..plugin_utils._common import timestamps
from ..plugin_utils._database import backup_words, snapshots
from ..plugin_utils._drill import sheet

if TYPE_CHECKING:
    from ..module_utils._dump.shapes import Backup


class Saved(snapshots.Names, backup_words.Told):
    """What ``component_database`` returned."""


def backup_snapshot(found: Sequence[snapshots.Snapshot], saved: Saved, identifier: str) -> snapshots.Taken:
    return snapshots.taken(found, saved, identifier, timestamps.now())


def backup_tags(saved: Saved, identifier: str, release: str, revision: str) -> dict[str, str]:
    return snapshots.tags(saved, identifier, release, revision)


def backup_metrics(saved: Saved, timestamp: int | str) -> list[backup_words.File]:
    return backup_words.metrics(saved, int(timestamp))


def backup_list(saved: Saved, dumps: Sequence[Backup], found: Sequence[snapshots.Snapshot]) -> list[str]:
    return backup_words.listed(dumps, found, saved["prefix"])


def restore_question(preview: backup_words.Preview) -> str:
    return backup_words.question(preview)


def sheet_values(text: str) -> dict[str, str]:
    return sheet.values(text)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "backup_snapshot": backup_snapshot,
            "backup_tags": backup_tags,
            "backup_metrics": backup_metrics,
            "backup_list": backup_list,
            "restore_question": restore_question,
            "sheet_values": sheet_values,
        }
