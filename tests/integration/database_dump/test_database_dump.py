# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups that can be restored, and everything that must not pass for one."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import psycopg
import pytest

from tests.integration import local_play
from tests.integration.database_dump.conftest import PASSWORDS, Diary, Server


def connect(diary: Diary) -> psycopg.Connection[tuple[object, ...]]:
    """As the application: from the network, with its own role and password."""
    password = PASSWORDS["database_password"]
    return psycopg.connect(host=diary.server.address, dbname=diary.name, user="echodiary", password=password, autocommit=True)


def test_what_was_dumped_is_what_is_restored(diary: Diary) -> None:
    before = diary.rows()
    made = diary.play("created", id="first", release="app:1")
    assert made["changed"], made["msg"]
    backup = made["backup"]
    assert (backup["revision"], backup["rows"], backup["database"], backup["release"]) == ("0004", 5001, diary.name, "app:1")
    assert backup["tables"] == {"public.entries": 5000, 'public."Odd name"': 0, "public.alembic_version": 1}
    modes = {path.name: path.stat().st_mode & 0o777 for path in [diary.directory, *diary.directory.iterdir()]}
    assert modes == {"backups": 0o700, "first.dump": 0o600, "first.json": 0o600, "backups.lock": 0o600}
    diary.sql("DELETE FROM entries WHERE id % 2 = 0; UPDATE alembic_version SET version_num = '0005'; DROP TABLE \"Odd name\"")
    damaged = diary.rows()

    check = diary.play("restored", "--check", "--diff", id="first")
    assert check["changed"] and (check["replaced"]["revision"], check["backup"]["revision"]) == ("0005", "0004")
    assert check["kept_as"] == f"{diary.name}_before_first" and "5001 rows" in check["diff"]["after"]
    assert diary.databases() == {diary.name} and diary.rows() == damaged

    with connect(diary) as application:
        done = diary.play("restored", id="first")
        assert not done.get("failed"), done["msg"]
        assert done["ended_sessions"] == 1
        with pytest.raises(psycopg.OperationalError):
            application.execute("SELECT 1")
    assert diary.rows() == before and diary.sql("SELECT version_num FROM alembic_version") == "0004"
    kept = f"{diary.name}_before_first"
    assert diary.databases() == {diary.name, kept} and diary.rows(kept) == damaged
    with connect(diary) as application:
        application.execute("INSERT INTO entries (title) VALUES ('after the restore')")
    owners = diary.server.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", diary.name)
    assert owners == "echodiary", "nothing belongs to who restored it"

    again = diary.play("restored", id="first")
    assert again["failed"] and "has been restored before" in again["msg"]


def test_a_second_run_finds_the_backup_and_leaves_it(diary: Diary) -> None:
    assert "would dump" in diary.play("created", "--check", id="once")["msg"]
    assert not diary.directory.exists()
    diary.play("created", id="once")
    inode = (diary.directory / "once.dump").stat().st_ino
    again = diary.play("created", id="once")
    assert not again["changed"] and again["backup"]["rows"] == 5001
    assert (diary.directory / "once.dump").stat().st_ino == inode


def test_an_archive_that_came_from_elsewhere_is_read_back_and_taken_in(diary: Diary, tmp_path: Path) -> None:
    diary.play("created", id="here")
    elsewhere = tmp_path / "elsewhere.dump"
    elsewhere.write_bytes((diary.directory / "here.dump").read_bytes())
    os.utime(elsewhere, (1_700_000_000, 1_700_000_000))
    taken = diary.play("created", id="taken", source=str(elsewhere))
    assert (taken["backup"]["rows"], taken["backup"]["revision"], taken["backup"]["time"]) == (5001, "0004", "2023-11-14T22:13:20Z")
    elsewhere.write_bytes(elsewhere.read_bytes()[:-500])
    assert diary.play("created", id="cut", source=str(elsewhere))["failed"]
    assert sorted(path.name for path in diary.directory.glob("*.dump")) == ["here.dump", "taken.dump"]


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_damaged_dump_is_refused_before_anything_is_touched(diary: Diary, damage: str) -> None:
    diary.play("created", id="bad")
    dump = diary.directory / "bad.dump"
    whole = dump.read_bytes()
    half = len(whole) // 2
    flipped = whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
    dump.write_bytes(flipped if damage == "flipped" else whole[: half + half // 5])
    before = diary.rows()
    with connect(diary) as application:
        result = diary.play("restored", id="bad")
        assert result["failed"] and "nothing was touched" in result["msg"] and str(dump) in result["msg"]
        application.execute("SELECT 1")
    assert diary.databases() == {diary.name} and diary.rows() == before
    assert diary.play("read", id="bad")["failed"] and diary.play("created", id="bad")["failed"]


def test_a_dump_whose_document_lies_is_found_out_before_the_swap(diary: Diary) -> None:
    diary.play("created", id="lie")
    document = diary.directory / "lie.json"
    told = json.loads(document.read_text())
    told["tables"]["public.entries"] = 4999
    document.write_text(json.dumps(told))
    with connect(diary) as application:
        result = diary.play("restored", id="lie")
        assert "public.entries: 5000 rows instead of 4999" in result["msg"]
        application.execute("SELECT 1")
    assert diary.databases() == {diary.name}, "the one that was filled is gone again"


def test_the_applications_own_role_may_not_restore_and_is_told_why(diary: Diary) -> None:
    diary.play("created", id="rights")
    result = diary.play("restored", id="rights", user="echodiary", password=PASSWORDS["database_password"])
    assert result["failed"] and diary.databases() == {diary.name}
    for needed in ("ALTER ROLE echodiary CREATEDB", "GRANT pg_signal_backend TO echodiary"):
        assert needed in result["msg"]


@pytest.mark.full
def test_a_superusers_session_is_named_and_not_waited_for(diary: Diary, session: object) -> None:
    diary.play("created", id="held")
    name = session(diary.name, role="")  # type: ignore[operator]
    result = diary.play("restored", id="held")
    assert result["failed"] and "may not end the sessions of superusers" in result["msg"] and name in result["msg"]
    diary.server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'")
    assert not diary.play("restored", id="held").get("failed")


@pytest.mark.full
def test_what_is_said_about_the_database_itself_survives(diary: Diary) -> None:
    diary.server.sql(
        f"ALTER DATABASE {diary.name} CONNECTION LIMIT 30; ALTER DATABASE {diary.name} SET search_path TO public, pg_temp;"
        f"ALTER DATABASE {diary.name} SET statement_timeout TO '17s';"
        f"REVOKE ALL ON DATABASE {diary.name} FROM PUBLIC; GRANT CONNECT ON DATABASE {diary.name} TO postgres_exporter"
    )
    look = (
        "SELECT datconnlimit, (SELECT array_agg(s ORDER BY s) FROM pg_db_role_setting, unnest(setconfig) s WHERE setdatabase = d.oid),"
        " has_database_privilege('postgres_exporter', oid, 'CONNECT'), has_database_privilege('pg_monitor', oid, 'CONNECT')"
        f" FROM pg_database d WHERE datname = '{diary.name}'"
    )
    before = diary.server.sql(look)
    assert before.startswith("30|") and before.endswith("|t|f")
    diary.play("created", id="props")
    result = diary.play("restored", id="props")
    assert not result.get("failed") and not result.get("warnings"), result
    assert diary.server.sql(look) == before


@pytest.mark.full
def test_a_database_that_is_gone_is_made_from_its_backup(diary: Diary) -> None:
    before = diary.rows()
    diary.play("created", id="gone")
    diary.server.sql(f"DROP DATABASE {diary.name}")
    result = diary.play("restored", id="gone")
    assert not result.get("failed") and result["replaced"] is None and result["kept_as"] is None, result["msg"]
    assert diary.databases() == {diary.name} and diary.rows() == before


@pytest.mark.full
def test_the_newest_are_kept_and_only_of_this_database(diary: Diary, server: Server, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Diary(server, tmp_path / "other")
    other.directory = diary.directory
    other.play("created", id="theirs")
    removed = [diary.play("created", id=f"n{number}", keep=2, keep_days=0)["removed"] for number in range(4)]
    assert removed == [[], [], ["n0"], ["n1"]]
    assert [one["id"] for one in diary.play("read")["backups"]] == ["n3", "n2", "theirs"]
    assert not list(diary.directory.glob("n0*"))


def test_what_fails_leaves_nothing_that_looks_like_a_backup(diary: Diary) -> None:
    diary.server.sql("CREATE TABLE secrets_of_others (id int)", diary.name)  # the superuser's: the application may not read it
    result = diary.play("created", id="partial")
    assert result["failed"] and "permission denied" in result["msg"]
    wrong = diary.play("created", id="wrong", password="not-the-password")
    assert wrong["failed"] and "password authentication failed" in wrong["msg"] and "not-the-password" not in wrong["msg"]
    assert os.listdir(diary.directory) == ["backups.lock"]


@pytest.mark.full
def test_one_that_waits_for_ever_is_stopped(diary: Diary) -> None:
    with connect(diary) as blocker:
        blocker.autocommit = False
        blocker.execute("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE")
        result = diary.play("created", id="stuck", timeout=8)
    assert result["failed"] and "no end after 8 s" in result["msg"]
    assert os.listdir(diary.directory) == ["backups.lock"]
    assert diary.play("created", id="stuck")["changed"]


def test_no_password_is_in_any_process_list(diary: Diary) -> None:
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        local_play.play(diary.plays, [diary.task("created", id="watched"), diary.task("restored", id="watched")])
    finally:
        over.set()
        watcher.join()
    assert any("pg_dump" in line for line in seen) and any("pg_restore" in line for line in seen)
    assert not [line for line in seen if any(word in line for word in PASSWORDS.values())]


def test_what_serves_may_still_do_what_it_may_after_a_restore(diary: Diary) -> None:
    """Grants and what new tables are granted are in the dump; the owner says them again."""
    serving = f"{diary.name}_app"
    diary.server.sql(f"CREATE ROLE {serving}")
    diary.sql(
        f"REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {serving}; GRANT SELECT, INSERT ON entries TO {serving};"
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {serving}"
    )
    diary.play("created", id="granted")
    assert not diary.play("restored", id="granted").get("failed")
    diary.sql("CREATE TABLE later ()")
    may = f"SELECT has_schema_privilege('{serving}', 'public', 'USAGE'), has_table_privilege('{serving}', 'later', 'SELECT')"
    assert diary.server.sql(may, diary.name) == "t|t"
    assert diary.server.sql(f"SELECT has_table_privilege('{serving}', 'entries', 'INSERT')", diary.name) == "t"
    assert (
        diary.server.sql(
            "SELECT nspacl::text LIKE '%{=%' OR nspacl::text LIKE '%,=%' FROM pg_namespace WHERE nspname = 'public'", diary.name
        )
        == "f"
    )
