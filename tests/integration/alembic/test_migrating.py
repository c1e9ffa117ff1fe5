# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens while a migration runs: locks, blockers, failures half way, and two of them at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.echodiary.infra.plugins.plugin_utils._alembic.options import LOCK_KEY

from tests.integration.alembic import workshop
from tests.integration.alembic.workshop import Database, Project

SHOW = "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement"


def test_two_at_once_one_migrates(project: Project) -> None:
    project.sql("CREATE TABLE slow (id bigint)", "SELECT pg_sleep(1)")
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: project.run(), range(2)))
    assert [one["failed"] for one in results] == [False, False], [one["msg"] for one in results]
    assert sorted(one["changed"] for one in results) == [False, True]
    assert [one["current"] for one in results] == [["0002"]] * 2


def test_who_holds_the_lock_is_named_when_patience_ends(project: Project) -> None:
    project.sql("CREATE TABLE more (id bigint)")
    with project.database.connect(application_name="somebody") as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        result = project.run(lock_wait=1)
    assert result["failed"] and "somebody" in result["msg"] and "another migration holds the lock" in result["msg"]
    assert project.database.revision() == ["0001"]


def test_a_long_transaction_is_named_and_readers_do_not_queue_for_long(project: Project) -> None:
    project.sql("ALTER TABLE entries ADD COLUMN note text")
    slowest, over = [0.0], threading.Event()

    def read() -> None:
        with project.database.connect() as connection:
            while not over.is_set():
                began = time.monotonic()
                connection.execute("SELECT count(*) FROM entries WHERE id = 1")
                slowest[0] = max(slowest[0], time.monotonic() - began)
                time.sleep(0.01)

    reader = threading.Thread(target=read)
    with project.database.connect(application_name="report") as blocker, blocker.transaction():
        blocker.execute("SELECT count(*) FROM entries")
        reader.start()
        result = project.run(lock_timeout=1.0, lock_tries=2)
        over.set()
    reader.join()
    assert result["failed"] and not result["changed"]
    assert (
        "(report, idle in transaction" in result["msg"]
        and "SELECT count(*) FROM entries" in result["msg"]
        and "2 attempts" in result["msg"]
    )
    assert {(one["application_name"], one["revision"]) for one in result["blocked"]} == {("report", "0002")}
    assert [one["attempt"] for one in result["blocked"]] == [1, 2]
    assert 0.5 < slowest[0] < 1.5, "a reader waits behind the migration, and no longer than its lock_timeout"
    assert project.database.revision() == ["0001"]


def test_it_is_tried_again_until_the_blocker_has_gone(project: Project) -> None:
    project.sql("ALTER TABLE entries ADD COLUMN note text")
    blocker = project.database.connect()
    blocker.execute("BEGIN")
    blocker.execute("LOCK TABLE entries IN ACCESS SHARE MODE")
    done: list[dict[str, object]] = []
    runner = threading.Thread(target=lambda: done.append(project.run(lock_timeout=0.5, lock_tries=9)))
    runner.start()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER%'"
    workshop.wait_for("the migration waits", lambda: project.database.rows(waiting)[0][0])
    workshop.wait_for("the first try is over", lambda: not project.database.rows(waiting)[0][0])
    blocker.close()
    runner.join()
    assert done[0]["changed"] and not done[0]["failed"], done[0]["msg"]
    assert int(str(done[0]["attempts"])) > 1 and any("was blocked by" in str(one) for one in done[0]["warnings"])  # type: ignore[attr-defined]


def test_the_timeouts_arrive_although_env_py_does_not_pass_them_on(database: Database, tmp_path: Path) -> None:
    env = workshop.ENV.format(per_migration=True).replace("poolclass=", "connect_args={'options': '-c work_mem=8MB'}, poolclass=")
    project = Project(tmp_path / "project", database, env)
    project.sql(SHOW)
    result = project.run(lock_timeout=2.5, statement_timeout=77)
    assert not result["failed"], result["msg"]
    assert database.rows("SELECT lock, statement FROM seen") == [("2500ms", "77s")]
    assert len(result["notes"]) == 2


def test_an_index_is_built_concurrently_past_a_transaction_longer_than_the_lock_timeout(project: Project) -> None:
    project.add(
        """
        with op.get_context().autocommit_block():
            op.create_index("ix_title", "entries", ["title"], postgresql_concurrently=True)
        """
    )
    old = project.database.connect()
    old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    old.execute("SELECT count(*) FROM entries")
    release = threading.Timer(3.0, old.close)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND wait_event_type = 'Lock'"
    done: list[dict[str, object]] = []
    runner = threading.Thread(target=lambda: done.append(project.run(lock_timeout=1.0)))
    runner.start()
    workshop.wait_for("the index waits", lambda: project.database.rows(waiting)[0][0])
    release.start()
    runner.join()
    assert done[0]["current"] == ["0002"], done[0]["msg"]
    assert project.database.invalid_indexes() == 0


def test_a_failed_concurrent_build_is_not_left_unnoticed(project: Project) -> None:
    project.database.run("UPDATE entries SET title = 'same'")
    code = """
        with op.get_context().autocommit_block():
            op.create_index("ix_title", "entries", ["title"], unique=True, postgresql_concurrently=True{more})
        """
    project.add(code.format(more=""))
    result = project.run()
    assert result["failed"] and "invalid index ix_title on entries" in result["msg"] and "outside a transaction" in result["msg"]
    assert (result["attempts"], project.database.revision()) == (1, ["0001"])
    # The form that would take the broken index for the wanted one.
    project.last = "0001"
    project.add(code.format(more=", if_not_exists=True"), name="0002")
    assert "create-index-concurrently-if-not-exists" in project.run()["msg"]


@pytest.mark.parametrize("per_migration", [True, pytest.param(False, marks=pytest.mark.full)])
def test_a_revision_that_fails_half_way(database: Database, tmp_path: Path, per_migration: bool) -> None:
    project = Project(tmp_path / "project", database, workshop.ENV.format(per_migration=per_migration))
    project.sql("CREATE TABLE one (id bigint)")
    project.sql("CREATE TABLE two (id bigint)", "SELECT 1 / (SELECT count(*) FROM one)")
    result = project.run()
    assert result["failed"] and "0002 failed" in result["msg"] and "division by zero" in result["msg"]
    assert result["changed"] is per_migration
    assert result["current"] == database.revision() == (["0001"] if per_migration else [])
    assert ("went from base to 0001, which is kept" if per_migration else "is still at base") in result["msg"]
    assert database.rows("SELECT to_regclass('two')") == [(None,)]


def test_an_asynchronous_env_py(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", database, workshop.ASYNC_ENV)
    project.sql("CREATE TABLE one (id bigint)", "CREATE INDEX ON one (id)")
    result = project.run()
    assert (result["failed"], result["current"]) == (False, ["0001"]), result["msg"]


def test_a_database_that_does_not_answer(project: Project) -> None:
    dead = f"postgresql+psycopg://keeper:{workshop.PASSWORD}@127.0.0.1:1/nothing"
    result = project.run(environment={"DATABASE_URL": dead})
    assert result["failed"] and "env.py failed before anything could be read" in result["msg"]
    assert workshop.PASSWORD not in str(result)


def test_a_migration_that_takes_too_long_is_ended_and_taken_back(project: Project) -> None:
    project.sql("CREATE TABLE one (id bigint)", "SELECT pg_sleep(60)")
    result = project.run(timeout=3, lock_wait=1)
    assert result["failed"] and "no end after 4 s" in result["msg"]
    left = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
    workshop.wait_for("the server ends what it did for us", lambda: project.database.rows(left) == [(0,)], 15)
    assert project.database.revision() == ["0001"]


@pytest.mark.full
def test_a_deployer_that_is_killed_leaves_a_migration_that_ends_well(project: Project) -> None:
    """The next run waits for it and finds nothing to do."""
    project.sql("CREATE TABLE one (id bigint)", "SELECT pg_sleep(20)")
    place = {"virtualenv": sys.prefix, "directory": str(project.folder), "environment": {"DATABASE_URL": project.database.url}}
    child = "import sys; sys.path.insert(0, '.'); import conftest; from tests.integration.alembic import workshop as w; "
    child += f"w.run('head', **{place!r})"
    deployer = subprocess.Popen([sys.executable, "-c", child], cwd=workshop.ROOT, start_new_session=True)
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    workshop.wait_for("the migration runs", lambda: project.database.rows(sleeping)[0][0])
    os.killpg(deployer.pid, signal.SIGKILL)
    deployer.wait()
    result = project.run()
    assert (result["failed"], result["changed"], result["current"]) == (False, False, ["0002"]), result["msg"]
    assert result["waited"] > 0 and "echodiary.infra.alembic" in result["holders"][0]
