# SPDX-License-Identifier: GPL-3.0-or-later
"""What a migration that failed left behind is said, however it ended."""

from __future__ import annotations

from tests.integration.alembic.workshop import Project

RULE = "enum-value-used-at-once"


def _moods(project: Project) -> None:
    project.sql("CREATE TYPE mood AS ENUM ('good')", "ALTER TABLE entries ADD COLUMN mood mood")
    project.sql("ALTER TYPE mood ADD VALUE 'elated'", "UPDATE entries SET mood = 'elated' WHERE id = 1")


def test_a_value_of_an_enum_that_is_used_where_it_is_added_is_refused_beforehand(project: Project) -> None:
    before = project.database.revision()
    _moods(project)
    result = project.run()
    assert result["failed"] and RULE in result["msg"]
    assert project.database.revision() == result["current"] == before


def test_where_it_is_allowed_the_revisions_that_were_kept_are_said(project: Project) -> None:
    before = project.database.revision()
    _moods(project)
    result = project.run(allow=[{"revision": project.last or "", "rule": RULE, "reason": "to see it fail"}])
    assert result["failed"] and "55P04" in result["msg"], result["msg"]
    assert (result["before"], result["current"], result["changed"]) == (before, project.database.revision(), True)
    assert result["current"] != before


def test_one_that_is_stopped_in_the_middle_is_asked_after(project: Project) -> None:
    before = project.database.revision()
    project.sql("CREATE TABLE two (id bigint)")
    project.sql("SELECT pg_sleep(60)")
    result = project.run(timeout=4, lock_wait=1)
    assert result["failed"], result
    assert (result["before"], result["current"], result["changed"]) == (before, project.database.revision(), True)
    assert result["current"] != before
    assert "which is kept" in result["msg"]
