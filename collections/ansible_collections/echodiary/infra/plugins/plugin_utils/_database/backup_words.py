# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and Prometheus are told of backups. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from ansible.module_utils.common.text.formatters import bytes_to_human as size

from ...module_utils._host import exposition

if TYPE_CHECKING:
    from ...module_utils._dump.shapes import Backup, Replaced
    from .snapshots import Snapshot

_NEWEST = exposition.Family("echodiary_backup_last_success_timestamp_seconds", "gauge", "When the newest good backup was taken.")


class File(TypedDict):
    """In the directory that node_exporter reads."""

    name: str
    content: str


class Told(TypedDict):
    component: str
    environment: str
    unlabelled: bool


class Preview(TypedDict):
    """What check mode of a restore returned."""

    msg: str
    backup: Backup
    replaced: Replaced | None
    age: str


def metrics(told: Told, timestamp: int) -> list[File]:
    """Nothing where there is no backup whose time it could be. Two files, since node_exporter gives all samples of one the same labels."""
    labels = {"environment": told["environment"], "component": told["component"]}
    found = [(f"backup_{told['component']}.prom", labels)] if timestamp > 0 else []
    if found and told["unlabelled"]:
        found.append((f"{told['component']}_backup.prom", {"environment": told["environment"]}))
    return [{"name": name, "content": _text(of, timestamp)} for name, of in found]


def _text(labels: dict[str, str], timestamp: int) -> str:
    return exposition.text([_NEWEST], [exposition.Sample(_NEWEST.name, labels, timestamp)])


def listed(dumps: Sequence[Backup], snapshots: Sequence[Snapshot], prefix: str) -> list[str]:
    """One line each, newest first."""
    newest = sorted(snapshots, key=lambda one: str(one.get("snapshot_create_time", "")), reverse=True)
    return [*map(_dump, dumps), *(_snapshot(one, prefix) for one in newest)]


def _dump(one: Backup) -> str:
    said = f"revision {one.get('revision') or 'none'}  {one.get('rows', 0)} rows  {size(one['size'])}"
    return f"{one['id']}  {one['time']}  {said}"


def _snapshot(one: Snapshot, prefix: str) -> str:
    called = one["db_snapshot_identifier"].removeprefix(prefix)
    return f"{called}  {one.get('snapshot_create_time', '')}  {one.get('status', '')}  {one.get('allocated_storage', 0)} GB"


def question(preview: Preview) -> str:
    """What is asked before a dump is restored."""
    backup, said = preview["backup"], preview["msg"]
    held = f"revision {backup.get('revision') or 'none'}, {backup.get('rows', 0)} rows, {size(backup['size'])}, {preview['age']} old"
    return (
        f"{said[:1].upper()}{said[1:]}. Now: {_now(preview['replaced'])}. Backup: {held}, release {backup.get('release') or 'unknown'}. "
        "What was written since then is only in the database that is kept."
    )


def _now(replaced: Replaced | None) -> str:
    if not replaced:
        return "no database"
    return f"revision {replaced['revision'] or 'none'}, about {replaced['rows']} rows, {size(replaced['size'] or 0)}"
