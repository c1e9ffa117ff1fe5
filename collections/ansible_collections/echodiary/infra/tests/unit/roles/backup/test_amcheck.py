# SPDX-License-Identifier: GPL-3.0-or-later
"""What of pg_amcheck's words is damage, and what an administrator is told to say."""

from __future__ import annotations

from typing import Any

import pytest
from echodiary_backup import amcheck, config, damage, metrics, producers

SAID = """\
heap table "diary.public.notes", block 4, offset 1:
    data begins at offset 200 beyond the tuple length 42
heap table "diary.public.notes", block 4, offset 1:
    tuple data should begin at byte 24, but actually begins at byte 200 (2 attributes, no nulls)
btree index "diary.public.by title":
    ERROR:  high key invariant violated for index "by title"
    DETAIL:  Index tid=(4,38) points to heap tid=(9,86) page lsn=0/19BF7B8.
heap table "diary.public.notes":
    ERROR:  canceling statement due to lock timeout
heap table "diary.shop.orders":
    오류:  잠금 시간 초과로 작업을 취소합니다.
"""
BY_TITLE, ORDERS = "public.by title", "shop.orders"
ABLE: Any = {"version": 170012, "schema": "amcheck", "usage": True, "grantee": "diary", "lacking": []}
DATABASE: Any = {
    "host": "db",
    "port": 5432,
    "name": "d",
    "user": "u",
    "password": "p",
    "sslmode": "disable",
    "ca_certificate": "",
    "image": "i",
}


def test_each_relation_is_told_once_and_a_fact_goes_before_an_error() -> None:
    notes, by_title, orders = damage.read(SAID, "diary")
    assert (notes.kind, notes.relation, notes.certain) == ("heap table", "public.notes", True)
    assert notes.words == "data begins at offset 200 beyond the tuple length 42"
    assert (by_title.kind, by_title.relation, by_title.certain) == ("btree index", BY_TITLE, False)
    assert by_title.words == 'high key invariant violated for index "by title"'
    assert orders.relation == ORDERS and not orders.certain
    assert damage.read("", "diary") == []


@pytest.mark.parametrize(
    ("state", "place"),
    [
        ("XX002", "damaged"),
        ("XX001", "damaged"),
        ("58030", "damaged"),
        ("55P03", "unseen"),
        ("57014", "unseen"),
        ("42P01", "unseen"),
        ("00000", "again"),
    ],
)
def test_an_error_counts_by_its_code_whatever_its_language(state: str, place: str) -> None:
    found = [one for one in damage.read(SAID, "diary") if one.relation == ORDERS]
    judged = damage.judged(found, [state])
    assert {name: [one.relation for one in getattr(judged, name)] for name in judged._fields if getattr(judged, name)} == {place: [ORDERS]}


def test_what_nobody_could_ask_again_is_not_taken_for_well() -> None:
    judged = damage.judged(damage.read(SAID, "diary"), ["XX002"])
    assert [one.relation for one in judged.damaged] == ["public.notes", BY_TITLE]
    assert [one.relation for one in judged.unseen] == [ORDERS]


def test_many_are_counted() -> None:
    found = [damage.Found("btree index", f"public.i{number}", "x" * 900, certain=False) for number in range(5)]
    assert damage.told(found).endswith("; and 2 more") and len(damage.told(found)) < 800


def test_its_progress_is_read() -> None:
    said = "  0/170 relations (0%),   0/514 pages (0%)\n170/170 relations (100%), 514/514 pages (100%)\n"
    assert damage.looked_at(said) == (170, 514)
    assert damage.looked_at("") == (0, 0)


def test_what_lacks_is_said_as_it_can_be_typed() -> None:
    assert amcheck.missing(ABLE) == ""
    made = amcheck.missing({**ABLE, "schema": None, "usage": None})
    assert made.startswith("CREATE SCHEMA amcheck; CREATE EXTENSION amcheck SCHEMA amcheck;") and "TO diary;" in made
    lacking = amcheck.missing({**ABLE, "schema": '"Odd"', "usage": False, "lacking": ['"Odd".bt_index_check(regclass)']})
    assert lacking == 'GRANT USAGE ON SCHEMA "Odd" TO diary; GRANT EXECUTE ON FUNCTION "Odd".bt_index_check(regclass) TO diary;'


def test_options_of_its_sessions_are_in_no_other_program() -> None:
    assert "PGOPTIONS=-c lock_timeout=1" in producers.client(DATABASE, "n", "pg_amcheck", options="-c lock_timeout=1")
    assert not [word for word in producers.dump(DATABASE, "n") if word.startswith("PGOPTIONS")]


def test_only_databases_are_looked_through() -> None:
    jobs: Any = {"jobs": {"files": {"kind": "path"}}, "host": "app1"}
    with pytest.raises(config.BackupError, match="what is looked through is a database"):
        amcheck.amcheck(jobs, "files")


def test_who_is_looked_through_by_the_clock_says_so(tmp_path: Any) -> None:
    job = {"kind": "postgres", "component": "shop", "hours": 26, "amcheck": {"schedule": "weekly"}}
    told: Any = {"environment": "e", "textfiles": str(tmp_path), "jobs": {"database": job, "other": {**job, "amcheck": {"schedule": ""}}}}
    for name in ("amcheck_gone", "amcheck_success_gone", "amcheck_success_database"):
        (tmp_path / f"{name}.prom").write_text("")
    metrics.declared(told)
    lines = (tmp_path / "backup_declared.prom").read_text().splitlines()
    assert [line for line in lines if "amchecked{" in line] == [
        'echodiary_backup_job_amchecked{environment="e",component="shop",backup_job="database"} 1'
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["amcheck_success_database.prom", "backup_declared.prom"]
