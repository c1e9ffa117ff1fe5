# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._dump import store
from ansible_collections.echodiary.infra.plugins.module_utils._dump.errors import DumpError
from hypothesis import given, settings
from hypothesis import strategies as st


def backup(identifier: str, day: int) -> dict[str, Any]:
    return {"id": identifier, "time": f"2026-11-{day:02}T00:00:00Z"}


@settings(deadline=None)  # a busy machine is no counterexample
@given(st.lists(st.integers(1, 28), min_size=1, max_size=12), st.integers(0, 14), st.integers(0, 11))
def test_the_newest_stay_and_the_one_just_made_always_does(days: list[int], keep: int, which: int) -> None:
    backups = [backup(f"b{number}", day) for number, day in enumerate(days)]
    fresh = f"b{which % len(days)}"
    gone = store.surplus(backups, keep, fresh)
    assert fresh not in gone
    left = [one for one in backups if one["id"] not in gone]
    assert len(left) == (len(backups) if keep == 0 else min(len(backups), keep))
    others = [one["time"] for one in left if one["id"] != fresh]
    assert all(one["time"] <= min(others, default="9") for one in backups if one["id"] in gone)


def test_a_day_of_many_backups_does_not_take_yesterday_s_away() -> None:
    backups = [backup("old", 1), backup("yesterday", 20), *(backup(f"b{number}", 21) for number in range(8))]
    assert store.surplus(backups, 7, "b7", "2026-11-14T00:00:00Z") == ["old"]
    assert store.surplus(backups, 7, "b7") == ["b0", "yesterday", "old"]


@pytest.fixture
def kept(tmp_path: Path) -> store.Store:
    found = store.Store(str(tmp_path / "backups"))
    found.prepare()
    for identifier in ("one", "two"):
        written = store.write(found.dump(identifier), [b"first ", identifier.encode()])
        document = {**backup(identifier, 1), "database": "diary", "size": written.size, "sha256": written.sha256}
        Path(found.document(identifier)).write_text(json.dumps(document))
    return found


def test_nobody_else_can_read_a_dump(kept: store.Store) -> None:
    assert os.stat(kept.directory).st_mode & 0o777 == 0o700
    assert os.stat(kept.dump("one")).st_mode & 0o777 == 0o600


def test_damage_is_seen(kept: store.Store) -> None:
    one = kept.require("one")
    assert kept.damage(one) == ""
    path = Path(kept.dump("one"))
    path.write_bytes(path.read_bytes().replace(b"first", b"fIrst"))
    assert "another checksum" in kept.damage(one)
    path.write_bytes(b"first")
    assert "has 5 bytes" in kept.damage(one)


def test_without_its_document_a_dump_is_no_backup(kept: store.Store) -> None:
    os.unlink(kept.document("one"))
    assert [one["id"] for one in kept.all()] == ["two"]
    with pytest.raises(DumpError, match="the newest there are: two"):
        kept.require("one")


def test_what_killed_runs_left_is_swept_and_what_runs_now_is_not(kept: store.Store) -> None:
    old, young = (Path(kept.dump(name) + ".7.part") for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - store.ABANDONED - 60,) * 2)
    os.unlink(kept.dump("two"))
    kept.sweep()
    assert sorted(os.listdir(kept.directory)) == ["one.dump", "one.json", "young.dump.7.part"]
