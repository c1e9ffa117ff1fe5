"""Migrations go up, down and up again, agree with the models, and survive being run by everybody at once."""

import ast
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import services
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, create_engine, make_url, text

from echodiary import revision
from echodiary.migration_lock import LOCK_KEY
from echodiary.models import Base

HEAD = revision.head()
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"


def scalar(url: URL, query: str) -> object:
    with psycopg.connect(services.plain(url)) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def test_models_equal_schema(database: URL) -> None:
    engine = create_engine(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        # Alembic does not compare check constraints.
        constraint = connection.scalar(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_entries_mood' AND convalidated")
        )
    engine.dispose()
    for mood in ("awful", "bad", "neutral", "good", "great"):
        assert f"'{mood}'" in (constraint or "")


def test_up_down_up(empty_database: URL) -> None:
    services.migrate(empty_database, "head")
    services.migrate(empty_database, "base")
    assert scalar(empty_database, "SELECT to_regclass('entries')") is None
    services.migrate(empty_database, "head")
    assert scalar(empty_database, "SELECT version_num FROM alembic_version") == HEAD


def test_each_step_goes_back(empty_database: URL) -> None:
    services.migrate(empty_database, "+1")
    for _ in range(int(HEAD) - 1):
        for step in ("+1", "-1", "+1"):
            services.migrate(empty_database, step)
    assert scalar(empty_database, "SELECT version_num FROM alembic_version") == HEAD


def test_four_at_once_all_succeed(empty_database: URL) -> None:
    runs = [services.alembic(empty_database, "upgrade", "head") for _ in range(4)]
    outputs = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * 4, outputs
    assert scalar(empty_database, INVALID) == 0


def test_invalid_index_of_an_interrupted_run_is_replaced(empty_database: URL) -> None:
    services.migrate(empty_database, "0003")
    with psycopg.connect(services.plain(empty_database), autocommit=True) as connection:
        connection.execute("CREATE INDEX ix_entries_created_at_id ON entries (created_at, id)")
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indrelid = 'entries'::regclass AND NOT indisprimary")
    services.migrate(empty_database, "head")
    assert scalar(empty_database, INVALID) == 0


def test_waiting_for_another_migration_is_bounded_and_says_for_whom(empty_database: URL) -> None:
    with psycopg.connect(services.plain(empty_database), autocommit=True, application_name="someone") as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        run = services.alembic(empty_database, "upgrade", "head", MIGRATION_LOCK_TIMEOUT="1")
        output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "another migration is still running after 1 s" in output
    assert "someone" in output


def test_a_blocked_table_fails_the_migration_soon(empty_database: URL) -> None:
    services.migrate(empty_database, "0001")
    with psycopg.connect(services.plain(empty_database)) as reader:
        reader.execute("SELECT count(*) FROM entries")
        run = services.alembic(empty_database, "upgrade", "0002", PGOPTIONS="-c lock_timeout=200ms")
        output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "lock timeout" in output
    assert scalar(empty_database, "SELECT version_num FROM alembic_version") == "0001"


def test_sql_can_be_printed_without_a_database() -> None:
    run = services.alembic(make_url("postgresql://nobody@127.0.0.1:1/none"), "upgrade", "0003:0004", "--sql")
    output, _ = run.communicate(timeout=20)
    assert run.returncode == 0, output
    assert "CREATE INDEX CONCURRENTLY ix_entries_created_at_id ON entries (created_at, id);" in output


@pytest.mark.parametrize("file", sorted((services.APP / "migrations/versions").glob("*.py")), ids=lambda file: file.stem)
def test_revisions_are_independent_of_the_code(file: Path) -> None:
    """A migration that imports the application breaks as soon as the application moves on."""
    imports = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom | ast.Import)]
    assert not [node for node in imports if "echodiary" in ast.unparse(node)]


def test_the_release_before_writes_on_and_everything_has_an_owner(empty_database: URL) -> None:
    """What it sends, while accounts are made, and after a downgrade."""
    before = "INSERT INTO entries (title, body, mood) VALUES ('of before', '', NULL) RETURNING id"
    over, failed = threading.Event(), []

    def write() -> int:
        written = 0
        with psycopg.connect(services.plain(empty_database), autocommit=True) as connection:
            while not over.is_set():
                try:
                    connection.execute(before)
                    written += 1
                except psycopg.Error as error:
                    failed.append(str(error))
        return written

    services.migrate(empty_database, "0004")
    with psycopg.connect(services.plain(empty_database), autocommit=True) as connection:
        connection.execute("INSERT INTO entries (title) SELECT 'old' FROM generate_series(1, 20000)")
    with ThreadPoolExecutor(3) as threads:
        writers = [threads.submit(write) for _ in range(3)]
        for revision_now in ("0006", "-1", "-1", "0006"):
            services.migrate(empty_database, revision_now)
        over.set()
        written = sum(writer.result() for writer in writers)
    assert failed == []
    assert written > 0
    owned = "SELECT count(*) FROM entries WHERE owner_id = 1"
    assert scalar(empty_database, owned) == 20000 + written
    assert scalar(empty_database, "SELECT count(*) FROM entries WHERE owner_id IS DISTINCT FROM 1") == 0
    assert scalar(empty_database, "SELECT convalidated FROM pg_constraint WHERE conname = 'fk_entries_owner_id_accounts'") is True
