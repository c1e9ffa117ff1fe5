# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._database import backup_words

BACKUP: Any = {"id": "b1", "time": "2026-11-29T09:00:00Z", "revision": "", "rows": 7, "size": 2048, "release": ""}


def told(component: str = "shop", unlabelled: bool = False) -> Any:
    return {"component": component, "environment": "e", "unlabelled": unlabelled}


def test_each_component_has_a_file_and_a_series_of_its_own() -> None:
    [shop] = backup_words.metrics(told(), 7)
    [cart] = backup_words.metrics(told("cart"), 7)
    assert shop["name"] != cart["name"]
    assert shop["content"].splitlines()[-1] == 'echodiary_backup_last_success_timestamp_seconds{environment="e",component="shop"} 7'


def test_the_series_from_before_components_is_in_the_file_that_it_has_always_been_in() -> None:
    _, old = backup_words.metrics(told("echodiary", unlabelled=True), 1796115900)
    assert old["name"] == "echodiary_backup.prom"
    assert old["content"].splitlines()[-1] == 'echodiary_backup_last_success_timestamp_seconds{environment="e"} 1796115900'


def test_a_moment_that_is_not_known_is_not_told() -> None:
    assert backup_words.metrics(told(unlabelled=True), 0) == []


def test_backups_are_listed_the_newest_snapshot_first() -> None:
    snapshots: Any = [
        {"db_snapshot_identifier": "shop-e-b1", "snapshot_create_time": "2026-11-01", "status": "available", "allocated_storage": 20},
        {"db_snapshot_identifier": "shop-e-b2", "snapshot_create_time": "2026-11-02", "status": "creating", "allocated_storage": 20},
    ]
    lines = backup_words.listed([BACKUP], snapshots, "shop-e-")
    assert lines[0] == "b1  2026-11-29T09:00:00Z  revision none  7 rows  2.00 KB"
    assert [line.split()[0] for line in lines[1:]] == ["b2", "b1"]


@pytest.mark.parametrize(
    ("replaced", "now"), [(None, "no database"), ({"revision": "5", "rows": 9, "size": None}, "revision 5, about 9 rows")]
)
def test_a_restore_asks_with_what_there_is_and_what_there_would_be(replaced: Any, now: str) -> None:
    said = backup_words.question({"msg": "would replace shop by b1", "backup": BACKUP, "replaced": replaced, "age": "2 h 5 min"})
    assert said.startswith(f"Would replace shop by b1. Now: {now}")
    assert "Backup: revision none, 7 rows" in said and "release unknown" in said
