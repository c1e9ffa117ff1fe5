# SPDX-License-Identifier: GPL-3.0-or-later
"""The budget against a real server: its limits, its sessions, and those of the application itself."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration import local_play
from tests.integration.alembic.workshop import PASSWORD, Project, wait_for
from tests.integration.database_budget.conftest import Diary

#: 1 host x 2 slots x 1 worker x (5 + 5 + 1)
SIZES = {"hosts": 1, "workers": 1, "pool_size": 5, "pool_overflow": 5}


@pytest.fixture
def budget(project: Project, tmp_path: Path) -> Any:
    """The module as a playbook runs it; ``check`` adds --check."""
    place = tmp_path / "plays"
    place.mkdir()

    def run(*, check: bool = False, **more: Any) -> dict[str, Any]:
        given = {"virtualenv": sys.prefix, "directory": str(project.folder), "environment": {"DATABASE_URL": project.database.url}}
        task = {"name": "Budget", "echodiary.infra.database_budget": {**given, **SIZES, **more}}
        played = local_play.play(place, [task], *(["--check"] if check else []))
        assert PASSWORD not in played.output
        return played.task["Budget"]

    return run


@contextlib.contextmanager
def sessions(diary: Diary, count: int, user: str = "diarist", name: str = "echodiary-api/1") -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = psycopg.connect(
                host="127.0.0.1", port=diary.port, dbname="diary", user=user, password=PASSWORD, application_name=name
            )
            stack.enter_context(contextlib.closing(connection))
        yield
    gone = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'"
    wait_for("sessions end", lambda: diary.rows(gone) == [(0,)])


def test_what_fits_passes_with_every_number(budget: Any, diary: Diary) -> None:
    with sessions(diary, 11), sessions(diary, 2, user="keeper", name="psql"):
        result = budget(postgresql_major=int(diary.rows("SHOW server_version_num")[0][0]) // 10_000)
    assert not result.get("failed"), result["msg"]
    numbers = {name: result[name] for name in ("demand", "resting", "own", "others", "free", "max_connections", "changed")}
    assert numbers == {"demand": 22, "resting": 11, "own": 11, "others": 2, "free": 35, "max_connections": 40, "changed": False}
    assert result["msg"] == "1 host x 2 slots x 1 worker x (5 + 5 + 1) = 22 <= max_connections 40 - 3 reserved - 2 of others = 35"
    assert result["role"] == {"name": "diarist", "limit": -1, "superuser": False}


def test_what_the_application_holds_already_is_not_counted_twice(budget: Any, diary: Diary) -> None:
    """18 for the old slot and 18 for the new one are 36 of 37: adding the 18 that are open now would be too much."""
    with sessions(diary, 18):
        result = budget(pool_size=10, pool_overflow=7)
    assert (result.get("failed", False), result["own"], result["demand"], result["free"]) == (False, 18, 36, 37), result["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_too_small_a_server_is_refused_with_the_arithmetic(budget: Any, diary: Diary, check: bool) -> None:
    with sessions(diary, 3, user="keeper", name="psql"):
        result = budget(hosts=2, check=check)
    assert result["failed"]
    assert result["msg"] == (
        "2 hosts x 2 slots x 1 worker x (5 + 5 + 1) = 44 > max_connections 40 - 3 reserved - 3 of others = 34; "
        "lower workers, pool_size or pool_overflow (8 per worker would fit), or raise max_connections to 50"
    )


def test_a_batch_of_one_host_may_fit_where_all_at_once_do_not(budget: Any) -> None:
    assert not budget(hosts=2, overlap_hosts=1).get("failed")


def test_the_roles_limit_is_one_too(budget: Any, diary: Diary) -> None:
    diary.run("ALTER ROLE diarist CONNECTION LIMIT 20")
    result = budget()
    assert result["failed"]
    assert "= 22 > connection limit of role diarist 20 - 0 of others = 20" in result["msg"]
    assert result["msg"].endswith("or ALTER ROLE diarist CONNECTION LIMIT 22")


def test_the_databases_limit_is_one_too(budget: Any, diary: Diary) -> None:
    diary.run("ALTER DATABASE diary CONNECTION LIMIT 25")
    with sessions(diary, 4, name="psql"):
        result = budget(application="echodiary-")
    assert "= 22 > connection limit of database diary 25 - 4 of others = 21" in result["msg"]


def test_another_major_version_is_refused(budget: Any) -> None:
    assert "the inventory says 9" in budget(postgresql_major=9)["msg"]


def test_a_server_that_is_full_is_refused_in_words(budget: Any, diary: Diary) -> None:
    with sessions(diary, 37):
        result = budget()
    assert result["failed"] and "not one connection is left" in result["msg"], result["msg"]
