# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest dump of two sources, and rows before and after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.module_utils._ledger import files
from ansible_collections.echodiary.infra.plugins.module_utils._rehearsal import sources, tables
from ansible_collections.echodiary.infra.plugins.module_utils._rehearsal.errors import RehearsalError

LISTED = '[{"id": "a", "time": "2026-01-01T00:00:00Z", "bytes": 1}, {"id": "b", "time": "2026-01-02T03:04:05.5Z", "bytes": 7}]'


def program(place: Path, text: str) -> str:
    path = place / "echodiary-backup"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_the_last_that_is_listed_is_the_newest(tmp_path: Path) -> None:
    found, why = sources.program("shop", "", program(tmp_path, f"echo '{LISTED}'"))
    assert found == {"source": "program", "id": "b", "job": "shop", "timestamp": 1767323045, "size": 7, "sha256": ""} and why == ""


@pytest.mark.parametrize("text", ["echo '[]'", "echo no such job >&2; exit 2", "echo nonsense", "echo '[{}]'"])
def test_one_that_lists_nothing_says_why(tmp_path: Path, text: str) -> None:
    found, why = sources.program("shop", "", program(tmp_path, text))
    assert found is None and "shop" in why


def test_a_host_without_it_has_nothing_to_say(tmp_path: Path) -> None:
    assert sources.program("shop", "", str(tmp_path / "absent")) == (None, "")


def with_jobs(place: Path, *jobs: tuple[str, str, str]) -> str:
    """A program that lists snapshots of any job."""
    told = json.dumps([{"job": name, "kind": kind, "component": component, "hours": 26} for name, kind, component in jobs])
    return program(place, f"[ $1 = jobs ] && exec echo '{told}'; echo '{LISTED}'")


def test_the_one_job_that_saves_the_component_is_found_whatever_it_is_called(tmp_path: Path) -> None:
    others = (("queue", "redis", "shop"), ("cart", "postgres", "cart"))
    found, why = sources.program("", "shop", with_jobs(tmp_path, ("nightly", "postgres", "shop"), *others))
    assert found and found["job"] == "nightly" and why == ""
    assert sources.program("", "shop", with_jobs(tmp_path, *others)) == (None, "")


def test_which_of_several_jobs_is_meant_has_to_be_said(tmp_path: Path) -> None:
    path = with_jobs(tmp_path, ("a", "postgres", "shop"), ("b", "postgres", "shop"))
    found, why = sources.program("", "shop", path)
    assert found is None and "-e deploy_rehearse_job=a" in why
    named, _ = sources.program("b", "shop", path)
    assert named and named["job"] == "b"


def test_a_program_that_does_not_tell_its_jobs_is_asked_for_the_component(tmp_path: Path) -> None:
    found, _ = sources.program("", "shop", program(tmp_path, f"[ $1 = jobs ] && exit 2; echo '{LISTED}'"))
    assert found and found["job"] == "shop"


def test_one_that_breaks_off_is_no_dump(tmp_path: Path) -> None:
    dump = sources._snapshot({"id": "b", "time": "2026-01-02T03:04:05Z"}, "shop")
    path = program(tmp_path, "printf half; echo lost >&2; exit 4")
    with pytest.raises(RehearsalError, match="lost"):
        list(sources.stream(dump, "", path))
    assert b"".join(sources.stream(dump, "", program(tmp_path, "printf %s $4"))) == b"b"


def test_the_newest_of_that_database(tmp_path: Path) -> None:
    for number, database in enumerate(("shop", "shop", "other")):
        document = {"id": f"n{number}", "time": f"2026-01-0{number + 1}T00:00:00Z", "database": database, "sha256": "s", "size": 3}
        (tmp_path / f"n{number}.dump").write_bytes(b"abc")
        files.write_json(str(tmp_path / f"n{number}.json"), {"version": 1, **document}, 0o600)
    (tmp_path / "broken.json").write_text("{")
    found, damaged = sources.store(str(tmp_path), "shop")
    assert found and found["id"] == "n1" and len(damaged) == 1
    everything, _ = sources.store(str(tmp_path), "")
    assert everything and everything["id"] == "n2"
    assert sources.part(str(tmp_path), "n1", 1, 5) == b"bc"


def test_rows_before_and_after() -> None:
    before = {1: ("kept", 5), 2: ("renamed", 5), 3: ("dropped", 5), 4: ("made anew", 5), 5: ("emptied", 5)}
    after = {1: ("kept", 5), 2: ("with another name", 5), 9: ("made anew", 5), 5: ("emptied", 0), 8: ("new", 3)}
    assert tables.changed(before, after) == [
        {"table": "dropped", "before": 5, "after": None},
        {"table": "emptied", "before": 5, "after": 0},
    ]
