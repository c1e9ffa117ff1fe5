# SPDX-License-Identifier: GPL-3.0-or-later
"""One backup whose document cannot be read is named, and keeps no other from being listed, kept or let go of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._dump import main, make, store

DAMAGED = ["", "{", "[]", '{"id": "bad"}', '{"id": "bad", "time": 3, "database": "diary", "size": 1, "sha256": ""}', '{"version": 99}']


@pytest.fixture
def kept(tmp_path: Path) -> store.Store:
    found = store.Store(str(tmp_path / "backups"))
    found.prepare()
    for identifier in ("one", "two", "bad"):
        written = store.write(found.dump(identifier), [b"rows"])
        document = {"id": identifier, "time": "2026-11-01T00:00:00Z", "database": "diary", "size": written.size, "sha256": written.sha256}
        document |= {"server_version_num": 170000, "release": "v1", "revision": "0004", "rows": 3, "tables": {"public.entries": 3}}
        Path(found.document(identifier)).write_text(json.dumps(document))
    return found


@pytest.mark.parametrize("text", DAMAGED)
def test_the_others_are_listed_and_it_is_named(kept: store.Store, text: str) -> None:
    Path(kept.document("bad")).write_text(text)
    answer = main.run({"state": "read", "check": False, "wanted": {"directory": kept.directory, "id": ""}})
    assert not answer["failed"]
    assert sorted(one["id"] for one in answer["backups"]) == ["one", "two"]
    assert kept.document("bad") in answer["msg"]


@pytest.mark.parametrize("text", DAMAGED)
def test_older_ones_still_go(kept: store.Store, text: str) -> None:
    Path(kept.document("bad")).write_text(text)
    assert make._prune(kept, {"id": "two", "database": "diary"}, {"keep": 1, "keep_days": 0}) == ["one"]
    assert Path(kept.dump("bad")).exists(), "nothing is thrown away that cannot be judged"


@pytest.mark.parametrize("text", DAMAGED)
def test_asked_for_by_name_it_is_one_clear_line(kept: store.Store, text: str) -> None:
    Path(kept.document("bad")).write_text(text)
    answer = main.run({"state": "read", "check": False, "wanted": {"directory": kept.directory, "id": "bad"}})
    assert answer["failed"]
    assert answer["msg"].startswith(kept.document("bad"))
    assert "\n" not in answer["msg"]
